"""One node of Koios' interface (``POST /tx_info`` and kin). The URL may end in ``/api/v1`` or not."""

from __future__ import annotations

from collections.abc import Mapping
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
from chains.types import Network

BELOW = "/api/v1"
_WANTED = {"_inputs": True, "_metadata": True, "_assets": True, "_withdrawals": True}


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """See :meth:`chains.families.Family.read`."""
    root, answer = _asked(talk, reference)
    tip = auxiliary(lambda: talk.get(f"{root}/tip"), _tip)
    magic = auxiliary(lambda: talk.get(f"{root}/genesis"), lambda value: whole(_first(value).get("networkmagic")))
    told = items(answer.value)
    if not told:
        return absent(network, talk, reference, tip, magic, lambda: _remembers(network, talk, root))
    if len(told) != 1:
        raise NodeMistaken(f"{talk.node.label}: several transactions of one hash")
    return present(network, shown(told[0], reference), tip, magic)


def _asked(talk: Talk, reference: str) -> tuple[str, Fetched]:
    """Where the interface begins, and what it says of the transaction."""
    status = 404
    for root in ("", BELOW):
        answer = talk.post(f"{root}/tx_info", {"_tx_hashes": [reference], **_WANTED}, cap=LARGE_BODY_CAP)
        if answer.status == 200:
            return root, answer
        status = answer.status
        if status != 404:
            break
    raise NodeUnavailable(f"{talk.node.label}: HTTP {status}")


def _remembers(network: Network, talk: Talk, root: str) -> bool:
    early = network.params["history_tx"]
    question = {"_tx_hashes": [early]}
    seen = auxiliary(
        lambda: talk.post(f"{root}/tx_info", question), lambda value: _first(value).get("tx_hash") == early
    )
    return seen is True


def shown(told: Any, reference: str) -> Shown:
    """An entry of ``tx_info``. Raises :class:`NodeMistaken` when it is not of ``reference``."""
    told = member(told)
    if digest(told.get("tx_hash")) != reference:
        raise NodeMistaken("another transaction than the one asked for")
    collateral = tuple(_piece(entry) for entry in items(told.get("collateral_inputs") or []))
    valid = _valid(told, bool(collateral))
    returned = told.get("collateral_output")
    metadata = told.get("metadata")
    made = [_piece(entry) for entry in items(told.get("outputs"))]
    if valid is False and returned is None and len(made) == 1 and made[0].index > 0:
        return_piece: Piece | None = made[0]  # what a failed transaction made stands among its outputs
    else:
        return_piece = None if returned is None else _piece(returned, assets=False)
    return Shown(
        hash=reference,
        block_hash=digest(told.get("block_hash")),
        height=whole(told.get("block_height"), 2**40),
        time=moment(told.get("tx_timestamp")),
        valid=valid,
        fee=whole(told.get("fee")),
        inputs=tuple(_piece(entry) for entry in items(told.get("inputs"))),
        collateral=collateral,
        outputs=numbered(made) if valid else (),
        collateral_return=return_piece,
        withdrawals=None if told.get("withdrawals") is None else len(items(told["withdrawals"])),
        message=metadata.get("674") if isinstance(metadata, dict) else None,
        metadata_shown="metadata" in told,
    )


def _valid(told: Mapping[str, Any], scripted: bool) -> bool | None:
    """Whether its scripts held. Older servers do not say, but without collateral there was no script to fail."""
    if "valid_contract" in told:
        return truth(told["valid_contract"])
    return None if scripted else True


def _piece(entry: Any, *, assets: bool = True) -> Piece:
    """An input or output. A collateral return writes its assets as one text of another program, which is not read."""
    entry = member(entry)
    held = items(entry.get("asset_list") or []) if assets else []
    return Piece(
        address=written_address(member(entry.get("payment_addr")).get("bech32")),
        index=whole(entry.get("tx_index"), 2**20),
        lovelace=whole(entry.get("value")),
        assets=ordered(
            [
                (asset(member(each).get("policy_id"), each.get("asset_name")), whole(each.get("quantity")))
                for each in held
            ]
        ),
        datum=entry.get("datum_hash") is not None or entry.get("inline_datum") is not None,
    )


def _first(value: Any) -> Any:
    rows = items(value)
    if len(rows) != 1:
        raise NodeMistaken("not one row")
    return member(rows[0])


def _tip(value: Any) -> Tip:
    row = _first(value)
    height = row.get("block_height")
    return Tip(whole(row.get("block_no") if height is None else height, 2**40), moment(row.get("block_time")))
