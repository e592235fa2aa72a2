"""Addresses of our own static files, with a stamp of their content so that browsers may keep them for long."""

from pathlib import Path
from typing import Any

from flask import Flask, has_request_context, request, url_for

_FOLDER = Path(__file__).parent / "static"
_stamps: dict[str, str] = {}
_addresses: dict[object, str] = {}


def asset_stamp(name: str) -> str:
    """Return a short stamp of a static file of the web kit."""
    if name not in _stamps:
        _stamps[name] = f"{(_FOLDER / name).stat().st_mtime_ns:x}"[-8:]
    return _stamps[name]


def address_of(endpoint: str, **values: Any) -> str:  # noqa: ANN401 - as for url_for
    """Return ``url_for`` of the same; those of static files, twenty a page and always alike, from memory."""
    if not endpoint.endswith(".static"):
        return url_for(endpoint, **values)
    if not has_request_context():
        return url_for(endpoint, **values)  # with the host: it stands in a message
    key = (endpoint, request.script_root, *values.items())
    found = _addresses.get(key)
    if found is None:
        _addresses[key] = found = url_for(endpoint, **values)
    return found


def init_assets(app: Flask) -> None:
    """Let the templates of ``app`` use them."""
    app.add_template_global(asset_stamp, "asset_stamp")
    app.add_template_global(address_of, "url_for")
