"""What sets up a machine, shows ggen at work and serves the tests. Not part of the package."""
