"""Owns the certificate's look: facts in, PDF and PNG out; it knows no table and no request.

- ``facts``: what a certificate says;
- ``classic.html.j2`` and ``classic.css``: how the classic template says it;
- ``ornament``: border, rosettes, watermark and emblem, drawn from the organisation's name;
- ``press``: puts them together.
"""
