"""An e-mail when a condition holds of what a saved question gives."""
