"""Pages of questions."""

from flask import Blueprint

blueprint = Blueprint("questions", __name__, template_folder="templates")
