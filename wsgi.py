"""What a WSGI server loads: ``gunicorn wsgi:app``."""

from __future__ import annotations

from config.logging import configure
from config.settings import Settings
from recovery.app import create_app

settings = Settings.from_env()
configure(settings.log_level)
app = create_app(settings)
