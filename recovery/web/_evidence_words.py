"""What was asked of a node, short enough for a list."""

from __future__ import annotations

import re

from flask import Flask
from markupsafe import Markup

from recovery.web._rendering import chain

_METHOD = re.compile(r'"method"\s*:\s*"([A-Za-z0-9_.]{1,60})"')
LONGEST = 48


def install(app: Flask) -> None:
    """Let templates tell a question."""
    app.jinja_env.filters["asked"] = asked


def asked(request: str) -> Markup:
    """The methods of a JSON-RPC call, each once; of anything else its beginning."""
    methods = dict.fromkeys(_METHOD.findall(request))
    return chain(", ".join(methods) if methods else request, LONGEST)
