"""How much the product bears: `python -m tests.load`, or `make load`."""
