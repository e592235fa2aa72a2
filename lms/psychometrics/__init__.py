"""Pure measurement: item analysis, reliability, agreement, cut scores, robust means.

Knows no database, no web and no clock. Figures go in and out as ``int`` and ``Decimal``; where a figure is not
defined the answer is None, never a guess. Floats are used in ``distributions`` alone.
"""
