"""The WSGI entry: ``app`` for any server."""

import os

from lms.app import create_app
from lms.config import Settings

app = create_app(Settings.from_env(os.environ))
