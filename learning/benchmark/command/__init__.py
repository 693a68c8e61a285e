"""What `manage.py evaluate` does."""
