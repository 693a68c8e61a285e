"""Whether a result is right, and how much of it."""
