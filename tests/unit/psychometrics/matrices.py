"""Worked examples of /domain/6-measurement.md, with the numbers of its oracles."""

from decimal import Decimal

_EXAM = """
11111111111
11111111010
10111111100
11101101100
11111000100
01101111000
11110010000
11111000000
01011000010
10010100000
11100000000
10010000000
"""
#: Oracle 10: 12 persons by 11 items.
EXAM = [[int(value) for value in row] for row in _EXAM.split()]
TOTALS = [sum(row) for row in EXAM]

#: Oracle 1: Shrout & Fleiss 1979, table 2.
SHROUT_FLEISS = [
    [9, 2, 5, 8],
    [6, 1, 3, 2],
    [8, 4, 6, 8],
    [7, 1, 2, 6],
    [10, 5, 6, 9],
    [6, 2, 4, 7],
]

#: Oracle 5: Fleiss 1971.
FLEISS = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
]


def rounded(value: Decimal | float | None, places: int = 4) -> str:
    """Write a figure with so many places, as a source prints it."""
    assert value is not None
    return f"{value:.{places}f}"
