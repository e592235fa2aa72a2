"""Pure parts of schedule."""
