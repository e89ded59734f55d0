"""Static files under addresses that change with their content, so a browser may keep them for ever."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from flask import Flask, Response, request


def install(app: Flask) -> None:
    """Add ``?v=…`` to every static address, and long caching to what is asked for that way."""
    folder = Path(app.static_folder or "")
    versions: dict[str, str] = {}

    @app.url_defaults
    def _version(endpoint: str, values: dict[str, Any]) -> None:
        name = values.get("filename")
        if endpoint != "static" or not isinstance(name, str) or "v" in values:
            return
        if name not in versions:
            file = folder / name
            versions[name] = hashlib.sha256(file.read_bytes()).hexdigest()[:12] if file.is_file() else "0"
        values["v"] = versions[name]

    @app.after_request
    def _keep(response: Response) -> Response:
        if request.endpoint == "static" and "v" in request.args and response.status_code == 200:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
