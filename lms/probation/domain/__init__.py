"""Pure rules of probation: contract dates, the legal clock, signed texts, lawful decisions, status."""
