"""One node of Blockfrost's interface (``GET /txs/{hash}`` and kin; OpenAPI of the blockfrost project, version 0.1).

The URL may end in ``/api/v0`` or not: what is missing at the root is asked for below it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chains.cardano.asking import absent, auxiliary, present
from chains.cardano.shown import (
    Piece,
    Shown,
    Tip,
    asset,
    digest,
    items,
    member,
    moment,
    numbered,
    ordered,
    truth,
    whole,
    written_address,
)
from chains.errors import NodeMistaken, NodeUnavailable
from chains.families import NodeReading
from chains.transport import LARGE_BODY_CAP, Fetched, Talk
from chains.types import Network, Status
from chains.unsettled import unsettled

BELOW = "/api/v0"


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """See :meth:`chains.families.Family.read`."""
    root, found = _transaction(talk, reference)
    tip = auxiliary(lambda: talk.get(f"{root}/blocks/latest"), _tip)
    magic = auxiliary(lambda: talk.get(f"{root}/genesis"), lambda value: whole(member(value).get("network_magic")))
    if found is None:
        wrong = magic is not None and magic != network.params["network_magic"]
        if not wrong and _waits(talk, root, reference):
            warnings = () if magic is not None else ("chain_identity_not_visible",)
            return NodeReading(unsettled(network, reference, Status.PENDING, *warnings), tip.height if tip else None)
        return absent(network, talk, reference, tip, magic, lambda: _remembers(network, talk, root))
    pieces = talk.get(f"{root}/txs/{reference}/utxos", cap=LARGE_BODY_CAP)
    if pieces.status != 200:
        raise NodeUnavailable(f"{talk.node.label}: HTTP {pieces.status} for the outputs")
    metadata = auxiliary(lambda: talk.get(f"{root}/txs/{reference}/metadata"), _labels)
    return present(network, shown(found.value, pieces.value, metadata, reference), tip, magic)


def _transaction(talk: Talk, reference: str) -> tuple[str, Fetched | None]:
    """Where the interface begins, and the transaction there, ``None`` when there is none to be had.

    A web server without the interface also says 404; whether this one has it shows in its other answers.
    """
    for root in ("", BELOW):
        answer = talk.get(f"{root}/txs/{reference}")
        if answer.status == 200:
            return root, answer
        if answer.status not in (400, 404):
            raise NodeUnavailable(f"{talk.node.label}: HTTP {answer.status}")
        if isinstance(answer.value, dict) and answer.value.get("status_code") == 404:
            return root, None  # the interface's own word; for a path it does not have it says 400
    return "", None


def _waits(talk: Talk, root: str, reference: str) -> bool:
    """Whether the node holds the transaction outside any block."""
    seen = auxiliary(
        lambda: talk.get(f"{root}/mempool/{reference}"),
        lambda value: member(member(value).get("tx")).get("hash") == reference,
    )
    return seen is True


def _remembers(network: Network, talk: Talk, root: str) -> bool:
    early = network.params["history_tx"]
    return auxiliary(lambda: talk.get(f"{root}/txs/{early}"), lambda value: member(value).get("hash") == early) is True


def shown(stated: Any, utxos: Any, metadata: Mapping[str, Any] | None, reference: str) -> Shown:
    """``/txs/{hash}`` and ``/txs/{hash}/utxos`` as one. Raises :class:`NodeMistaken` when they are not of ``reference``."""
    stated, utxos = member(stated), member(utxos)
    if digest(stated.get("hash")) != reference or digest(utxos.get("hash")) != reference:
        raise NodeMistaken("another transaction than the one asked for")
    inputs = [(_flags(entry), _piece(entry)) for entry in items(utxos.get("inputs"))]
    outputs = [(_flags(entry)[0], _piece(entry)) for entry in items(utxos.get("outputs"))]
    valid = _valid(stated, scripted=any(collateral for (collateral, _), _ in inputs))
    time = stated.get("block_time")
    returned = [piece for collateral, piece in outputs if collateral]
    if len(returned) > 1:
        raise NodeMistaken("two collateral returns")
    ordinary = [piece for collateral, piece in outputs if not collateral]
    return Shown(
        hash=reference,
        block_hash=digest(stated.get("block")),
        height=whole(stated.get("block_height"), 2**40),
        time=None if time is None else moment(time),
        valid=valid,
        fee=whole(stated.get("fees")),
        inputs=tuple(piece for (collateral, reading), piece in inputs if not collateral and not reading),
        collateral=tuple(piece for (collateral, reading), piece in inputs if collateral and not reading),
        # Of a failed transaction only the collateral's return exists, and its index is not 0.
        outputs=numbered(ordinary) if valid else (),
        collateral_return=returned[0] if returned else _only(ordinary) if not valid else None,
        withdrawals=whole(stated["withdrawal_count"], 2**20) if "withdrawal_count" in stated else None,
        message=metadata.get("674") if metadata else None,
        metadata_shown=metadata is not None,
    )


def _valid(stated: Mapping[str, Any], *, scripted: bool) -> bool | None:
    """Whether its scripts held. Answers of before 2021's scripts do not say, but without collateral there was none to fail."""
    if "valid_contract" in stated:
        return truth(stated["valid_contract"])
    return None if scripted else True


def _only(outputs: Sequence[Piece]) -> Piece | None:
    """What a failed transaction made, where the node does not mark it: its one output beyond those it only intended."""
    return outputs[0] if len(outputs) == 1 and outputs[0].index > 0 else None


def _flags(entry: Any) -> tuple[bool, bool]:
    """Whether a piece is collateral, and whether an input is only looked at. Older servers leave the second out."""
    entry = member(entry)
    return truth(entry.get("collateral", False)), truth(entry.get("reference", False))


def _piece(entry: Any) -> Piece:
    entry = member(entry)
    lovelace, assets = 0, []
    seen_lovelace = False
    for amount in items(entry.get("amount")):
        unit, quantity = member(amount).get("unit"), whole(member(amount).get("quantity"))
        if unit == "lovelace":
            if seen_lovelace:
                raise NodeMistaken("lovelace named twice")
            lovelace, seen_lovelace = quantity, True
        elif isinstance(unit, str):
            assets.append((asset(unit[:56], unit[56:]), quantity))
        else:
            raise NodeMistaken("not a unit")
    if not seen_lovelace:
        raise NodeMistaken("an output without lovelace")
    return Piece(
        address=written_address(entry.get("address")),
        index=whole(entry.get("output_index"), 2**20),
        lovelace=lovelace,
        assets=ordered(assets),
        datum=entry.get("data_hash") is not None or entry.get("inline_datum") is not None,
    )


def _labels(value: Any) -> Mapping[str, Any]:
    """Metadata by label."""
    found: dict[str, Any] = {}
    for entry in items(value):
        label = member(entry).get("label")
        if not isinstance(label, str) or label in found:
            raise NodeMistaken("not a metadata label")
        found[label] = entry.get("json_metadata")
    return found


def _tip(value: Any) -> Tip:
    value = member(value)
    return Tip(whole(value.get("height"), 2**40), moment(value.get("time")))
