"""Health addresses for machines."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from lms.ops import queries
from lms.web.access import PUBLIC, request_now, requires

blueprint = Blueprint("ops", __name__)


@blueprint.get("/healthz")
@requires(PUBLIC)
def healthz() -> ResponseReturnValue:
    """Say that this process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@requires(PUBLIC)
def readyz() -> ResponseReturnValue:
    """Say whether database, migrations and worker are in order; 503 with the reasons if not."""
    try:
        problems = queries.check_readiness(request_now())
    except SQLAlchemyError as error:
        problems = {"database": type(error).__name__}
    if problems:
        return jsonify(status="not ready", problems=problems), 503
    return jsonify(status="ready")
