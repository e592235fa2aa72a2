"""Pages of defense."""

from flask import Blueprint

blueprint = Blueprint("defense", __name__, template_folder="templates")
