"""The pages of a connection's prompt: its generations, and the optimisations that they came of."""
