"""Audit: append-only events, written in the transaction of the deed they record."""
