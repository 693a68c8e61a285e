"""How a connection learns: the Learning page, its figures, and the same for programs."""
