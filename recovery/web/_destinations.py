"""Asking the network about an address before a move that names it: no unit of work is open while nodes are waited for."""

from __future__ import annotations

from flask import current_app

from chains.nodes import node_table
from recovery.domain.actor import Actor
from recovery.services import destinations


def ask_beforehand(actor: Actor, ref: str, address: str) -> None:
    """Have an answer of the network on record for the address, if nodes give one. Raises NotFound."""
    database, settings = current_app.extensions["database"], current_app.extensions["settings"]
    with database.reading() as session:
        asked = destinations.to_ask(session, actor, ref, address)
    if asked is None:
        return
    told = destinations.ask(asked, node_table(settings.nodes, public=settings.public_nodes).get(asked.network, ()))
    with database.unit_of_work() as session:
        destinations.keep(session, asked, told, purpose="typed")
