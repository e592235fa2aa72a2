"""Reading and writing items in other systems' formats: bytes in, values and Issues out; pure.

One module a format. Nothing is guessed and nothing skipped: what cannot be understood becomes an Issue that
names its place and keeps its source text.
"""
