"""The pages of remarks: the queue, and the rules that came of it."""
