"""How the nodes are doing, for everybody at the desk."""

from __future__ import annotations

from flask import Blueprint, current_app, make_response, render_template
from werkzeug.wrappers import Response

from chains.catalogue import networks
from recovery.errors import NotFound
from recovery.queries.nodes import node_reports
from recovery.web._wall import current_actor

pages = Blueprint("nodes", __name__)

WELL = ("agrees", "alone")


@pages.get("/nodes")
def show() -> Response:
    """Every configured node as it was when it was last looked at, those in trouble first. Raises NotFound for depositors."""
    if not current_actor().is_staff:
        raise NotFound
    with current_app.extensions["database"].reading() as session:
        rows = [(networks()[node.network], node) for node in node_reports(session) if node.network in networks()]
        rows.sort(key=lambda row: (row[0].name.casefold(), row[1].node))
        page = render_template(
            "nodes.html",
            troubled=[row for row in rows if row[1].state not in WELL],
            well=[row for row in rows if row[1].state in WELL],
            public=current_app.extensions["settings"].public_nodes,
        )
        return make_response(page)
