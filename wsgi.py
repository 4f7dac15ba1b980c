"""The application for any WSGI server, such as `gunicorn wsgi:application`."""

import os
from pathlib import Path

from syndicate import config
from syndicate.web import create_app

application = create_app(config.load(os.environ, cwd=Path.cwd()))
