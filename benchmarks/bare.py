"""The empty response that everything is measured against: the framework alone, with nothing of ours."""

from flask import Flask

bare = Flask("bare", static_folder=None)


@bare.get("/__empty")
def empty() -> str:
    """Answer nothing."""
    return ""
