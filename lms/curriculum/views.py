"""Pages of curriculum."""

from flask import Blueprint

blueprint = Blueprint("curriculum", __name__, template_folder="templates")
