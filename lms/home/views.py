"""The landing page of each role."""

from flask import Blueprint

blueprint = Blueprint("home", __name__, template_folder="templates")
