"""The networks this installation knows, and which of them it can read."""

from __future__ import annotations

from flask import Blueprint, current_app, make_response, render_template
from werkzeug.wrappers import Response

from chains import catalogue
from recovery.web._wall import current_actor

pages = Blueprint("networks", __name__)


@pages.get("/networks")
def show() -> Response:
    """Every network with what a recovery on it needs."""
    current_actor()
    nodes = current_app.extensions["settings"].nodes
    rows = [
        (network, len(nodes.get(slug, ())))
        for slug, network in catalogue.networks().items()
        if not network.sandbox or nodes.get(slug)
    ]
    return make_response(render_template("networks.html", rows=rows))
