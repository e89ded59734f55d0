"""The networks this installation knows, and which of them it can read."""

from __future__ import annotations

from flask import Blueprint, current_app, make_response, render_template
from werkzeug.wrappers import Response

from chains import catalogue
from chains.nodes import node_table
from recovery.web._wall import current_actor

pages = Blueprint("networks", __name__)


@pages.get("/networks")
def show() -> Response:
    """Every network with what a recovery on it needs."""
    current_actor()
    settings = current_app.extensions["settings"]
    nodes = node_table(settings.nodes, public=settings.public_nodes)
    rows = [(network, len(nodes.get(network.slug, ()))) for network in catalogue.shown(nodes)]
    return make_response(render_template("networks.html", rows=rows))
