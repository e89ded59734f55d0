"""A full node's REST interface: ledger, transaction, block; and whose a store is where the transaction does not say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from chains.aptos import fields
from chains.aptos.address import long_form
from chains.aptos.decode import Shown, decode, ownerless
from chains.aptos.fields import Head
from chains.errors import NodeMistaken, NodeUnavailable
from chains.families import NodeReading
from chains.transport import LARGE_BODY_CAP, Fetched, Talk
from chains.types import Network, Status, Transaction
from chains.unsettled import unsettled

PREFIX = "/v1"
MOST_OWNERS_ASKED = 8
_DEPTH = 128


@dataclass(frozen=True)
class _Ledger:
    """Where the node stands; ``None`` members are not shown."""

    chain: int | None = None
    height: int | None = None
    oldest: int | None = None
    time: datetime | None = None


class Asking:
    """Questions below the node's URL, which may name the version of the interface itself."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self._prefix = "" if urlsplit(talk.node.url).path.rstrip("/").endswith(PREFIX) else PREFIX

    def ledger(self) -> Any:
        """The first question of all. A recorded conversation has no URL: its questions show how they were written."""
        value = self.maybe("")
        if value is None and not self.talk.node.url:
            self._prefix = ""
            value = self.maybe("")
        return value

    def get(self, path: str) -> Fetched:
        """One answer. Raises ``NodeUnavailable`` or ``NodeMistaken``."""
        fetched = self.talk.get(self._prefix + path, cap=LARGE_BODY_CAP, depth=_DEPTH)
        if fetched.status in (401, 402, 403):
            raise NodeUnavailable(f"{self.talk.node.label}: HTTP {fetched.status}")
        return fetched

    def maybe(self, path: str) -> Any:
        """A good answer's value, ``None`` when there is none to be had."""
        try:
            fetched = self.get(path)
        except (NodeUnavailable, NodeMistaken):
            return None
        return fetched.value if fetched.status == 200 else None


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """See :meth:`chains.families.Family.read`."""
    asking = Asking(talk)
    ledger = _ledger(asking)
    if ledger.chain is not None and ledger.chain != network.params["chain_id"]:
        return NodeReading(_unknown(network, reference, "wrong_chain"), ledger.height)
    identity = () if ledger.chain is not None else ("chain_identity_not_visible",)
    fetched = asking.get(f"/transactions/by_hash/{reference}")
    if fetched.status != 200:
        absent = _absent(network, talk, reference, fetched, ledger)
        return NodeReading(replace(absent, warnings=identity + absent.warnings), ledger.height)
    sent = fields.transaction(fetched.value, reference)
    block = None if sent.version is None else _block(asking, sent.version)
    owners = {store: owner for store in ownerless(sent)[:MOST_OWNERS_ASKED]
              if (owner := _owner(asking, store, sent.version))}  # fmt: skip
    transaction = decode(network, Shown(sent, block, ledger.height, owners))
    return NodeReading(replace(transaction, warnings=identity + transaction.warnings), ledger.height)


def _ledger(asking: Asking) -> _Ledger:
    value = asking.ledger()
    if not isinstance(value, dict):
        return _Ledger()
    chain = value.get("chain_id")
    try:
        return _Ledger(
            chain=chain if isinstance(chain, int) else None,
            height=fields.whole(value.get("block_height")),
            oldest=None if value.get("oldest_ledger_version") is None else fields.whole(value["oldest_ledger_version"]),
            time=None if value.get("ledger_timestamp") is None else fields.moment(value["ledger_timestamp"]),
        )
    except NodeMistaken:
        return _Ledger(chain=chain if isinstance(chain, int) else None)


def _block(asking: Asking, version: int) -> Head | None:
    """The block of a version. Raises :class:`NodeMistaken` for a block that does not hold it."""
    value = asking.maybe(f"/blocks/by_version/{version}")
    if not isinstance(value, dict):
        return None
    head = fields.block(value)
    if not head.first <= version <= head.last:
        raise NodeMistaken(f"{asking.talk.node.label}: another block than asked for")
    return head


def _owner(asking: Asking, store: str, version: int | None) -> str | None:
    """Whose ``store`` was, by the state after the transaction."""
    value = asking.maybe(f"/accounts/{store}/resource/0x1::object::ObjectCore?ledger_version={version}")
    data = value.get("data") if isinstance(value, dict) else None
    try:
        return long_form(data.get("owner")) if isinstance(data, dict) else None
    except NodeMistaken:
        return None


def _absent(network: Network, talk: Talk, reference: str, fetched: Fetched, ledger: _Ledger) -> Transaction:
    """``not_found`` from a node that would know: in step with the chain and with its history; else ``unknown`` and why."""
    said = fetched.value.get("error_code") if isinstance(fetched.value, dict) else None
    if fetched.status != 404 or said != "transaction_not_found":
        return _unknown(network, reference, "history_not_visible")
    if ledger.chain is None or ledger.time is None:
        return _unknown(network, reference, "tip_not_visible")
    if (talk.now() - ledger.time).total_seconds() > network.params["max_head_age"]:
        return _unknown(network, reference, "node_behind")
    if ledger.oldest != 0:
        return _unknown(network, reference, "history_not_visible")
    return replace(_unknown(network, reference), status=Status.NOT_FOUND)


def _unknown(network: Network, reference: str, *warnings: str) -> Transaction:
    return unsettled(network, reference, Status.UNKNOWN, *warnings)
