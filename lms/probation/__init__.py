"""Probation: signed hiring conditions (录用条件), probation dates, HR's decision."""
