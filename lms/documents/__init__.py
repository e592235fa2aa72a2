"""Owns the making and keeping of files that prove something: HTML + CSS -> PDF -> PNG, fonts, file store.

It knows no capability: a caller brings HTML, CSS and bytes, and gets bytes back.

- ``fonts``: which faces exist, what they can write, and subsets of them for one batch;
- ``render``: WeasyPrint behind a locked door (no network, no files, no silent boxes for missing glyphs);
- ``raster``: the first page as a picture for phones;
- ``qr``: QR symbols as vector;
- ``typography``: what CSS cannot do for Chinese beside Latin;
- ``storage``: content-addressed files that notice when their bytes change;
- ``models``: the register of stored files.
"""
