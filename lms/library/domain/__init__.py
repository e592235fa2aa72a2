"""Cards as values."""
