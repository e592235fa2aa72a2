"""Rules about messages: their facts, and when to try again. Pure."""
