"""The WSGI entry: ``app`` for any server."""

import os

from lms.app import create_app, settle_memory
from lms.config import Settings

app = create_app(Settings.from_env(os.environ))
settle_memory()
