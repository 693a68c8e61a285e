"""Backup and restore: the application's database, what people uploaded, and the keys, in one file."""
