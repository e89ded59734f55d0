"""Chain, ledger and cases held against each other: pure, over numbers read before. Every base unit has a reason or is shown.

What is comparable. A *wallet* (all recovery wallets of a network together, or all its gas tanks) in one asset: the chain must
hold what was signed off at its opening, plus what the ledger says, plus what plans under way moved by the block asked about. A
*deposit address* must hold at least what the ledger says our open cases have there; what lies there beside it is the exchange's,
and the ledger does not speak of it. A *case* must owe, hold and have under way exactly what its quote, plans and credit say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from recovery.domain.accounting import (
    CUSTODY_DEPOSIT,
    GAS_TANK,
    PAYOUT_IN_TRANSIT,
    RECOVERY_WALLET,
    SUSPENSE,
    SWEEP_IN_TRANSIT,
    USER_PAYABLE,
    ZERO_AT_CLOSE,
)

EQUAL, EXPLAINED, UNEXPLAINED, UNKNOWN = "equal", "explained", "unexplained", "unknown"
ACCOUNT_OF = {"wallet": RECOVERY_WALLET, "tank": GAS_TANK, "deposit": CUSTODY_DEPOSIT}


@dataclass(frozen=True)
class Moved:
    """What a transaction of ours under way did to a place by the block asked about, signed. ``of`` names plan and step."""

    of: str
    amount: int


@dataclass(frozen=True)
class Position:
    """One place in one asset. ``chain`` is ``None`` when nobody could tell, with the code of ``trouble``.

    ``place`` is wallet, tank or deposit; ``opening`` is what two people signed off, ``opened`` whether they ever did;
    ``block`` names the block asked about, where there was one.
    """

    network: str
    asset: str
    place: str
    addresses: tuple[str, ...]
    ledger: int
    opening: int = 0
    opened: bool = True
    moved: tuple[Moved, ...] = ()
    chain: int | None = None
    trouble: str = ""
    block: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One comparison. ``difference`` is what is left of what was found once everything known is taken off."""

    network: str
    asset: str
    place: str
    subject: str
    status: str
    reason: str
    ledger: int
    expected: int
    found: int | None
    difference: int | None
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As it is kept, told and exported: amounts are decimal strings."""
        told = {name: getattr(self, name) for name in ("network", "asset", "place", "subject", "status", "reason")}
        for name in ("ledger", "expected", "found", "difference"):
            value = getattr(self, name)
            told[name] = None if value is None else str(value)
        return told | {"evidence": dict(self.evidence)}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Line:
        """The line that :meth:`as_json` told."""
        amounts = {
            name: None if told[name] is None else int(told[name])
            for name in ("ledger", "expected", "found", "difference")
        }
        return cls(**{**told, **amounts})


def place_line(position: Position) -> Line:
    """What the chain shows of a place against what it should show."""
    moved = sum(one.amount for one in position.moved)
    expected = position.ledger + position.opening + moved
    evidence: dict[str, Any] = {
        "addresses": list(position.addresses),
        "opening": str(position.opening),
        "under_way": [{"of": one.of, "amount": str(one.amount)} for one in position.moved],
        "block": dict(position.block),
    }
    if position.chain is None:
        return _line(position, UNKNOWN, position.trouble or "not_asked", expected, evidence)
    difference = position.chain - expected
    if difference == 0:
        reason = "moved_not_booked" if moved else "opening_signed_off" if position.opening else "as_booked"
        return _line(position, EXPLAINED if moved else EQUAL, reason, expected, evidence)
    if position.place == "deposit" and difference > 0:
        return _line(position, EXPLAINED, "not_of_our_cases", expected, evidence)
    if difference > 0 and not position.opened:
        return _line(position, UNKNOWN, "opening_not_signed", expected, evidence)
    return _line(
        position, UNEXPLAINED, "chain_holds_more" if difference > 0 else "chain_holds_less", expected, evidence
    )


def _line(position: Position, status: str, reason: str, expected: int, evidence: Mapping[str, Any]) -> Line:
    found = position.chain
    return Line(
        position.network,
        position.asset,
        position.place,
        ", ".join(position.addresses) if position.place == "deposit" else position.place,
        status,
        reason,
        position.ledger,
        expected,
        found,
        None if found is None else found - expected,
        evidence,
    )


@dataclass(frozen=True)
class CaseBook:
    """One case in one asset: its debit balances by account, and what else is known of it, all in base units.

    ``closed``: it has ended. ``sweeping``/``paying``: amounts of its parts of plans whose signed bytes are stored and that are
    not over. ``crediting``: the credit the ledger was asked for and has not answered. ``net``: what its accepted quote pays out,
    once its coins are swept.
    """

    ref: str
    network: str
    asset: str
    held: Mapping[str, int]
    closed: bool = False
    sweeping: int = 0
    paying: int = 0
    crediting: int | None = None
    net: int | None = None


def case_lines(books: Iterable[CaseBook]) -> list[Line]:
    """What differs in the books of cases: none where all is right."""
    return [line for book in books for line in _of_case(book)]


def _of_case(book: CaseBook) -> Iterable[Line]:
    owed, paying = -book.held.get(USER_PAYABLE, 0), -book.held.get(PAYOUT_IN_TRANSIT, 0)
    if book.closed:
        for account in ZERO_AT_CLOSE:
            if book.held.get(account, 0):
                yield _differs(book, account, "closed_and_not_settled", 0, book.held[account])
        return
    swept = book.held.get(SWEEP_IN_TRANSIT, 0)
    if swept != book.sweeping:
        yield _differs(book, SWEEP_IN_TRANSIT, "sweep_is_not_the_plans", book.sweeping, swept)
    if paying != book.paying:
        yield _differs(book, PAYOUT_IN_TRANSIT, "payout_is_not_the_plans", book.paying, paying)
    if book.crediting is not None and owed != book.crediting:
        yield _differs(book, USER_PAYABLE, "owed_is_not_the_credit", book.crediting, owed)
    if book.net is not None and owed + paying != book.net:
        yield _differs(book, USER_PAYABLE, "owed_is_not_the_quote", book.net, owed + paying)
    for account in (USER_PAYABLE, SUSPENSE):
        if book.held.get(account, 0) > 0:
            yield _differs(book, account, "owed_less_than_nothing", 0, book.held[account])


def _differs(book: CaseBook, account: str, reason: str, expected: int, found: int) -> Line:
    return Line(
        book.network, book.asset, f"case:{account}", book.ref, UNEXPLAINED, reason, found, expected, found,
        found - expected, {"held": {name: str(total) for name, total in sorted(book.held.items())}},
    )  # fmt: skip


def sub_ledger_lines(
    ledger: Mapping[tuple[str, str, str], int], sums: Mapping[tuple[str, str, str], int]
) -> list[Line]:
    """Where the sum over all cases (``sums``) is not the account: by network, asset and account."""
    lines = []
    for network, asset, account in sorted({*ledger, *sums}):
        whole, parts = ledger.get((network, asset, account), 0), sums.get((network, asset, account), 0)
        if whole != parts:
            place, why = f"account:{account}", "cases_do_not_add_up"
            evidence: dict[str, Any] = {}
            lines.append(
                Line(network, asset, place, account, UNEXPLAINED, why, whole, parts, whole, whole - parts, evidence)
            )
    return lines


def unexplained(lines: Iterable[Line]) -> int:
    """How many base units nobody explains, over all assets: a number to be nothing, not to be spent."""
    return sum(abs(line.difference or 0) for line in lines if line.status == UNEXPLAINED)
