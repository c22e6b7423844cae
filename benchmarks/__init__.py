"""How fast ggen is, beside other ways to do the same. `make bench` runs it."""
