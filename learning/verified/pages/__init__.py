"""The pages of verified queries."""
