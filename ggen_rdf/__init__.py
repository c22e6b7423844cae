"""ggen: one Turtle model in, a checked system out."""

__version__ = "0.1.0"
