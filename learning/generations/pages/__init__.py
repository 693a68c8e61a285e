"""The pages of a connection's prompt: its generations, and the optimizations that they came of."""
