"""What a WSGI server loads: ``gunicorn wsgi:app``."""

from __future__ import annotations

from recovery.app import create_app

from config.settings import Settings

app = create_app(Settings.from_env())
