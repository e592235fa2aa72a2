"""Benchmarks: measured, never asserted in time. ``make bench`` runs them; each prints JSON lines."""
