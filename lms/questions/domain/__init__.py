"""Pure rules of items: their words, scoring, feedback, identity and differences."""
