"""Networks, and what became of a transaction: read from nodes, or from what they said of it once it was final."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from chains.catalogue import as_json, networks, shown
from chains.errors import NotAReference
from chains.identify import identify
from chains.nodes import node_table
from chains.transaction_json import search_to_json, to_json
from chains.types import Identification, Network, Node, Transaction
from chains.verify import probe
from recovery.api._limits import spend
from recovery.api._reading import ApiBlueprint
from recovery.api._wall import ANY_TOKEN, current_actor, database, needs, settings
from recovery.api._writing import json_response
from recovery.errors import InvalidInput
from recovery.limits import READ, VERIFY
from recovery.schemas.chains import FoundOutput, NetworkOutput, TransactionOutput, VerifyInput
from recovery.services.readings import keep_reading, kept_readings

bp = ApiBlueprint("api-chains", __name__, url_prefix="/api/v1", description="Networks and transactions")

VERIFY_SECONDS = 15.0
"""For all nodes together; a client waits no longer."""


@bp.get("/networks")
@needs(ANY_TOKEN)
@bp.response(200, NetworkOutput(many=True))
def list_networks() -> Response:
    """Every network this installation can read, in the shape of `recovery networks --json`."""
    spend(READ, current_actor().id)
    nodes = _nodes()
    return json_response([as_json(row, len(nodes.get(row.slug, ()))) for row in shown(nodes)])


@bp.post("/verify")
@needs("verify")
@bp.arguments(VerifyInput)
@bp.response(200, TransactionOutput, description="the transaction, when a network was named")
@bp.alt_response(200, schema=FoundOutput, description="all candidate networks that have a node")
def ask_nodes(given: dict[str, Any]) -> Response:
    """What became of a transaction. It changes nothing, so it takes no idempotency key."""
    spend(VERIFY, current_actor().id)
    nodes = _nodes()
    seen = identify(given["hash"])
    if seen.hash is None:
        raise _wrong("hash", f"reference_{seen.reason}")
    if given["network"]:
        return json_response(_ask_one(given["network"], seen.hash, nodes))
    return json_response(_ask_all(seen, nodes))


def _ask_one(slug: str, found_hash: str, nodes: Mapping[str, tuple[Node, ...]]) -> dict[str, Any]:
    row = networks().get(slug)
    if row is None or row not in shown(nodes):
        raise _wrong("network", "network_is_unknown")
    try:
        return to_json(_read(found_hash, {row: nodes.get(slug, ())})[0])
    except NotAReference:
        raise _wrong("hash", "network_mismatch") from None


def _ask_all(seen: Identification, nodes: Mapping[str, tuple[Node, ...]]) -> dict[str, Any]:
    candidates = [networks()[slug] for slug in seen.candidates]
    asked = {row: nodes[row.slug] for row in candidates if row.slug in nodes}
    return search_to_json(
        _read(seen.hash or "", asked), [row.slug for row in candidates if row.slug not in nodes and not row.sandbox]
    )


def _read(hash: str, candidates: Mapping[Network, tuple[Node, ...]]) -> list[Transaction]:
    """What is known of ``hash`` on each of ``candidates``, the nodes being asked only where nothing final is kept."""
    with database().reading() as session:
        found = kept_readings(session, hash, candidates)
    told = probe(
        hash, {row: nodes for row, nodes in candidates.items() if row.slug not in found}, timeout=VERIFY_SECONDS
    )
    with database().unit_of_work() as session:
        for reading in told:
            keep_reading(session, reading)
            found[reading.transaction.network] = reading
    return [found[row.slug].transaction for row in candidates]


def _nodes() -> dict[str, tuple[Node, ...]]:
    return node_table(settings().nodes, public=settings().public_nodes)


def _wrong(field: str, code: str) -> InvalidInput:
    return InvalidInput(code, fields={field: [code]})
