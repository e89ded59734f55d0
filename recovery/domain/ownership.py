"""What a proof of ownership must show, and when enough is shown: levels, ways, the odd amount of a test transfer. Pure.

A signature says that somebody holds the key of an address; a test transfer says that whoever moved the first amount can move
another one now; documents say what somebody wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chains.types import Status, Transaction, Transfer, TransferKind

LEVELS = ("none", "link", "signature", "two")
TRANSFER, DOCUMENTS = "test_transfer", "documents"
"""Ways that are no signature; every other method is one."""

ASK_NODES = ("needs_node", "node_unavailable")
"""Outcomes of a signature that a later look at the network can change."""


@dataclass(frozen=True)
class Field:
    """A part of an answer to a challenge."""

    name: str
    needed: bool = True


_SIGNATURE, _KEY = Field("signature"), Field("public_key")
FIELDS: dict[str, tuple[Field, ...]] = {
    **dict.fromkeys(
        ("eip191", "eip712", "solana", "tron", "polkadot", "sep53", "bitcoin_message", "bip322"), (_SIGNATURE,)
    ),
    **dict.fromkeys(("adr36", "tezos", "xrpl", "hip820"), (_SIGNATURE, _KEY)),
    "cip8": (_SIGNATURE, Field("public_key", needed=False)),
    "ton_proof": (
        _SIGNATURE,
        Field("timestamp"),
        Field("state_init", needed=False),
        Field("public_key", needed=False),
    ),
    "eip1271": (Field("signature", needed=False), Field("form", needed=False)),
    "algorand": (_SIGNATURE, Field("authenticator_data", needed=False)),
    "aptos": (_SIGNATURE, _KEY, Field("full_message", needed=False)),
    "nep413": (_SIGNATURE, _KEY, Field("callback_url", needed=False)),
}
"""What an answer is made of, by method. ``form`` is how a contract's wallet spelled the text: ``eip191`` or ``eip712``."""

CHALLENGE_FOR = timedelta(hours=24)
TRANSFER_FOR = timedelta(days=3)
NOT_FOUND_AFTER = timedelta(hours=1)
"""A test transfer that healthy nodes do not know this long after its hash was told is not there."""


@dataclass(frozen=True)
class ProofOrder:
    """What one case asks to be proven, as the finding that asked for it showed the transfer.

    ``source`` is ``None`` where the transfer shows no single sender: then nobody can sign for it. ``level`` is one of
    ``LEVELS``; ``leg`` the position of the transfer, empty where none was named.
    """

    network: str
    hash: str
    level: str
    leg: str = ""
    source: str | None = None
    recipient: str | None = None
    memo: str = ""
    contract: str | None = None


@dataclass(frozen=True)
class Accepted:
    """A proof that was accepted: in which way, and how much it carries."""

    subject: str
    address: str
    method: str
    strength: str


@dataclass(frozen=True)
class TransferOrder:
    """A test transfer as it was asked for; ``contract`` is ``None`` for the native coin, ``memo`` empty for none."""

    network: str
    contract: str | None
    sender: str
    recipient: str
    memo: str
    amount: int
    asked_at: datetime
    expires_at: datetime
    told_at: datetime


@dataclass(frozen=True)
class Judged:
    """Whether a proof holds, ``None`` while nobody can tell; ``why`` is a code."""

    ok: bool | None
    why: str
    position: str | None = None


def way(method: str) -> str:
    """The kind of proof a method is: two signatures of different spelling are still one way."""
    return method if method in (TRANSFER, DOCUMENTS) else "signature"


def enough(level: str, accepted: Iterable[Accepted]) -> bool:
    """Whether these proofs are as much as the level asks for.

    ``link``: anything that ties the claimant to the payment. ``signature``: one strong proof, or two weak ones made in
    different ways, as who sends from a platform's shared wallet has no strong one. ``two``: two different ways.
    """
    proofs = list(accepted)
    ways = {way(proof.method) for proof in proofs}
    if level == "none":
        return True
    if level == "link":
        return bool(proofs)
    if level == "signature":
        return len(ways) > 1 or any(proof.strength == "strong" for proof in proofs)
    return len(ways) > 1


def odd_amount(minimum: int, decimals: int, below: Callable[[int], int]) -> int:
    """An exact amount above ``minimum``, in base units, that nobody guesses and no wallet rounds.

    At most about double the minimum, or little where there is none; six or seven telling digits (fewer where the asset has few),
    the last of them never a zero. ``below(n)`` gives a
    random number from 0 to n - 1.
    """
    least: int = 10 ** max(decimals - 4, 4 if decimals >= 4 else 3)
    span = max(minimum, least)
    grain: int = 10 ** max(0, len(str(span)) - 6)
    base = -(-max(minimum, least if not minimum else 0) // grain)
    steps = span // grain
    tens = -(-steps // 10)
    units = (base // 10 + below(tens) + 1) * 10 + 1 + below(9)
    return units * grain


def judge_transfer(order: TransferOrder, tx: Transaction, now: datetime) -> Judged:
    """Whether ``tx`` is the test transfer that was asked for. What nodes cannot tell yet is ``None``, never a refusal."""
    if tx.network != order.network or tx.status is Status.UNKNOWN:
        return Judged(None, "nodes_cannot_tell")
    if tx.status is Status.NOT_FOUND:
        late = now - order.told_at > NOT_FOUND_AFTER
        return Judged(False, "test_not_found") if late else Judged(None, "test_not_found_yet")
    if tx.status is Status.FAILED:
        return Judged(False, "test_failed")
    if tx.status is Status.PENDING or not tx.final:
        return Judged(None, "test_not_final")
    if tx.block is None or tx.block.time is None:
        return Judged(None, "test_time_unknown")
    if tx.block.time < order.asked_at.replace(microsecond=0):  # blocks tell whole seconds
        return Judged(False, "test_too_early")
    if tx.block.time > order.expires_at:
        return Judged(False, "test_too_late")
    return _fitting(order, tx.transfers)


def _fitting(order: TransferOrder, legs: Iterable[Transfer]) -> Judged:
    """The one leg in which everything fits at once; else what the nearest ones lack."""
    left = [leg for leg in legs if leg.kind is not TransferKind.NFT]
    steps: tuple[tuple[str, Callable[[Transfer], bool]], ...] = (
        ("test_to_another_address", lambda leg: leg.recipient == order.recipient),
        ("test_of_another_asset", lambda leg: leg.contract == order.contract),
        ("test_from_another_sender", lambda leg: leg.sender == order.sender),
        ("test_of_another_amount", lambda leg: leg.amount == order.amount),
        ("test_with_another_memo", lambda leg: not order.memo or (leg.memo or "").strip() == order.memo),
    )
    for why, fits in steps:
        left = [leg for leg in left if fits(leg)]
        if not left:
            return Judged(False, why)
    return Judged(True, "test_fits", left[0].position)
