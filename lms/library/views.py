"""Pages of library."""

from flask import Blueprint

blueprint = Blueprint("library", __name__, template_folder="templates")
