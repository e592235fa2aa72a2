"""Gradebook: the append-only ledger of results and what it adds up to."""
