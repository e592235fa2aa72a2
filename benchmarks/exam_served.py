"""The application as it is served, with two things beside it to measure against: the framework alone, and one upsert.

The web server of ``benchmarks.exam_http`` is started with this in the place of ``wsgi:app``.
"""

from flask.typing import ResponseReturnValue
from sqlalchemy import text
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from benchmarks.bare import bare
from lms.db import db
from lms.web.access import PUBLIC, requires
from lms.web.kit import csrf
from wsgi import app

_UPSERT = text(
    "INSERT INTO bench_upsert (attempt_id, position, seq, answer) VALUES (:attempt_id, :position, :seq, :answer) "
    "ON CONFLICT (attempt_id, position) DO UPDATE SET seq = excluded.seq, answer = excluded.answer "
    "WHERE bench_upsert.seq < excluded.seq"
)


@app.put("/__upsert/<int:attempt_id>/<int:position>/<int:seq>")
@csrf.exempt
@requires(PUBLIC)
def upsert(attempt_id: int, position: int, seq: int) -> ResponseReturnValue:
    """Store one small answer and commit, without asking anything."""
    row = {"attempt_id": attempt_id, "position": position, "seq": seq, "answer": '{"chosen":["b"]}'}
    db.session.connection().execute(_UPSERT, row)
    return ""


served = DispatcherMiddleware(app.wsgi_app, {"/__bare": bare.wsgi_app})
"""What the web server is given; ``/__bare/__empty`` goes round the application."""
