"""Pages of probation."""

from flask import Blueprint

blueprint = Blueprint("probation", __name__, template_folder="templates")
