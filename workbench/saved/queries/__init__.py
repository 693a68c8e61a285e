"""Saved questions: what people do to them, and their pages."""
