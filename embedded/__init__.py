"""The embedded model: its weights, its server, and what they are doing. Plain Python, no Django."""
