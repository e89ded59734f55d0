"""The networks this installation knows, and which of them it can read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import Blueprint, current_app, make_response, render_template, request
from werkzeug.wrappers import Response

from chains import catalogue
from chains.nodes import node_table
from chains.types import Network, Node
from recovery.web._wall import current_actor

pages = Blueprint("networks", __name__)

LONGEST_SEARCH = 80
GROUPS = ("direct", "conditional", "retired")


@dataclass(frozen=True)
class Row:
    """A network of the list, and how many nodes it is read through."""

    network: Network
    nodes: int

    @property
    def group(self) -> str:
        """What a recovery on it is like: ``direct``, ``conditional`` or ``retired``."""
        return "retired" if self.network.retired else self.network.recoverability


@pages.get("/networks")
def show() -> Response:
    """Every network with what a recovery on it needs; ``q`` and ``recovery`` leave out the others."""
    current_actor()
    rows = [Row(network, len(nodes)) for network, nodes in _known()]
    search = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    wanted = request.args.get("recovery", "")
    found = [row for row in rows if _matches(row.network, search) and wanted in ("", row.group)]
    groups = {name: [row for row in found if row.group == name] for name in GROUPS}
    counts = {name: sum(row.group == name for row in rows) for name in GROUPS}
    page = render_template(
        "networks.html",
        groups={name: members for name, members in groups.items() if members},
        found=len(found),
        counts=counts,
        search=search,
        wanted=wanted,
        linked=catalogue.networks(),
    )
    return make_response(page)


def choices() -> list[Network]:
    """The networks somebody may name, in the order of their names."""
    return [network for network, _ in _known()]


def _known() -> list[tuple[Network, tuple[Node, ...]]]:
    settings = current_app.extensions["settings"]
    nodes: Mapping[str, tuple[Node, ...]] = node_table(settings.nodes, public=settings.public_nodes)
    rows: Iterable[Network] = catalogue.shown(nodes)
    return [(row, nodes.get(row.slug, ())) for row in sorted(rows, key=lambda row: row.name.casefold())]


def _matches(network: Network, search: str) -> bool:
    """Whether every word of ``search`` stands in a name of the network."""
    names = " ".join((network.name, network.slug, network.native.symbol, network.id, network.family)).casefold()
    return all(word in names for word in search.casefold().split())
