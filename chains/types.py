"""The frozen values every family speaks: networks, transactions, transfers, and what a node said word for word.

Amounts are ``int`` in base units. Addresses are in the network's canonical text form (EIP-55, bech32, base58).
Times are aware UTC. The JSON form of a transaction is written by :mod:`chains.transaction_json`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

_OWN_HASH = re.compile(r"msg:([0-9a-f]{64})(?:/|$)")


class Status(StrEnum):
    """What the chain shows of a transaction; ``unknown`` when no node could honestly say."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    PENDING = "pending"
    NOT_FOUND = "not_found"
    UNKNOWN = "unknown"


class TransferKind(StrEnum):
    """How value moved: native coin of the call itself, native coin of an inner call, a token, a non-fungible token."""

    NATIVE = "native"
    INTERNAL = "internal"
    TOKEN = "token"
    NFT = "nft"


@dataclass(frozen=True)
class NativeCoin:
    """The coin fees are paid in. ``asset`` is its CAIP-19 id, ``eip155:1/slip44:60``."""

    symbol: str
    decimals: int
    asset: str


@dataclass(frozen=True)
class Network:
    """One chain instance: a row of ``chains/networks/*.toml``.

    ``confirmations`` counts the including block. ``finality`` is ``"tag"`` (the node's finalized block decides) or
    ``"depth"`` (``confirmations`` decides). ``recoverability`` is ``direct`` or ``conditional`` with ``conditions``.
    ``memo`` is ``none``, ``optional`` or ``required``. ``sandbox`` rows are listed only where a node is configured.
    ``public_nodes`` are well-known ones anybody may ask, for a first try; nobody answers for what they say.
    ``transaction_page`` shows people a transaction, ``{hash}`` standing for it. A network that has
    ended is ``retired`` since that day; ``claimed_on`` is the slug of the one where what is left is claimed, and
    ``claim_page`` tells people how.
    ``params`` holds what only the family understands (prefixes, chain id, fee model, genesis hash).
    """

    slug: str
    id: str
    name: str
    family: str
    native: NativeCoin
    confirmations: int
    finality: str
    recoverability: str
    conditions: tuple[str, ...] = ()
    memo: str = "none"
    explorers: tuple[str, ...] = ()
    public_nodes: tuple[str, ...] = ()
    transaction_page: str | None = None
    retired: date | None = None
    claimed_on: str | None = None
    claim_page: str | None = None
    sandbox: bool = False
    params: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Transfer:
    """One movement that really happened inside a transaction.

    ``position`` names the leg for ever (``native``, ``log:12``, ``trace:0/2``, ``vout:0``). ``contract`` is the asset's
    identity, ``None`` for the native coin. ``sender`` is ``None`` for a mint, ``recipient`` for a burn.
    """

    position: str
    kind: TransferKind
    asset: str
    contract: str | None
    sender: str | None
    recipient: str | None
    amount: int
    symbol: str | None = None
    decimals: int | None = None
    token_id: str | None = None
    memo: str | None = None


@dataclass(frozen=True)
class Block:
    """The block that holds a transaction; ``hash`` is empty where the interface does not show it, ``time`` is UTC."""

    height: int
    hash: str
    time: datetime | None


@dataclass(frozen=True)
class Fee:
    """What the transaction cost its payer, in base units of ``asset``."""

    asset: str
    symbol: str | None
    amount: int
    payer: str | None


@dataclass(frozen=True)
class Source:
    """Which node said it, at which tip height, and the SHA-256 of its verbatim answers."""

    node: str
    height: int | None
    sha256: str


@dataclass(frozen=True)
class Transaction:
    """What is known of one transaction, in the form :mod:`chains.transaction_json` writes.

    ``root`` is set where one transaction can be asked for under several hashes: the one that stands for all of them.
    """

    network: str
    network_id: str
    hash: str
    status: Status
    final: bool
    confirmations: int
    confirmations_required: int
    block: Block | None = None
    fee: Fee | None = None
    transfers: tuple[Transfer, ...] = ()
    failure: str | None = None
    warnings: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    root: str | None = None

    def claim_hash(self, leg: Transfer) -> str:
        """The hash that names ``leg`` in the key of a claim, whichever of the transaction's hashes was asked for.

        A position with a hash in it (``msg:<hash>``) names the leg on the whole chain, and its own hash is taken.
        """
        own = _OWN_HASH.match(leg.position)
        return own[1] if own else self.root or self.hash


@dataclass(frozen=True)
class Answer:
    """One exchange with a node, verbatim: what was asked, the bytes that came back, and when.

    ``node`` is a label without credentials, ``interface`` what the operator named it (``None``: the family's first).
    ``body`` is never re-serialised; ``sha256`` is of ``body``. ``status`` is the HTTP status it came with.
    """

    node: str
    request: str
    body: bytes
    sha256: str
    at: datetime
    status: int = 200
    interface: str | None = None


@dataclass(frozen=True)
class Reading:
    """A transaction together with every verbatim answer it was read from (the evidence)."""

    transaction: Transaction
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Node:
    """One configured node. ``url`` and ``headers`` may carry credentials and never appear in output; ``label`` is safe.

    ``rate`` is how many calls a second it may be asked, ``None`` for no bound. ``guarded`` nodes are not the operator's word:
    they are reached at public addresses only.
    """

    label: str
    url: str = field(repr=False)
    interface: str | None = None
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    rate: int | None = None
    guarded: bool = False


@dataclass(frozen=True)
class Identification:
    """What a pasted text may be: the normalised hash and the slugs of networks whose hashes look like that.

    ``hash`` is ``None`` when the text is no transaction reference; ``reason`` then names why (a stable code such as
    ``is_address``, ``wrong_length``, ``test_network``, ``internal_transfer_id``, ``no_hash``, ``too_long``, ``empty``), else
    how it was found.
    """

    hash: str | None
    candidates: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class AddressCheck:
    """Whether a text is an address that can receive on a network, in canonical form. ``reason`` is a code when not."""

    valid: bool
    normalised: str | None
    kind: str | None
    memo: str | None
    reason: str | None


@dataclass(frozen=True)
class UnsignedStep:
    """One unsigned transaction of a plan, as data a signer can take.

    ``purpose`` is ``gas_top_up``, ``sweep`` or ``refund``. Amounts and gas are base units. ``nonce`` is ``None`` until
    the plan is released. ``moves`` says what the step must do on the chain: asset contract (``None`` native), recipient
    and amount; the chain is checked against it afterwards.
    """

    purpose: str
    chain_id: int
    sender: str
    to: str
    value: int
    data: str
    gas: int
    max_fee_per_gas: int
    max_priority_fee_per_gas: int
    nonce: int | None
    moves_contract: str | None
    moves_recipient: str
    moves_amount: int


@dataclass(frozen=True)
class SignedTransaction:
    """A signed transaction taken apart again, the sender recovered from the signature."""

    hash: str
    chain_id: int
    sender: str
    to: str | None
    value: int
    data: str
    gas: int
    max_fee_per_gas: int
    max_priority_fee_per_gas: int
    nonce: int
    raw: str
