"""How a database means to go about a statement, as a tree that can be read."""
