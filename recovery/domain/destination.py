"""Where a refund may go: from what is known of an address to a verdict the depositor reads before they agree. Pure.

``refuse`` before ``unknown`` (asked again later) before ``confirm`` (with warnings) before ``allow``. Unknown is never a yes.
What would tell whose an address is becomes one neutral code; what screening says is no part of this at all, for it
must not be told: it stops the case at the next gate.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from chains.receivable import CONTRACT, UNKNOWN, Receiving
from chains.receiving import NOT_ASKED
from recovery.domain.lookalikes import look_alike


class Verdict(StrEnum):
    """What follows for a refund to this address; the worst of all remarks counts."""

    ALLOW = "allow"
    CONFIRM = "confirm"
    UNKNOWN = "unknown"
    REFUSE = "refuse"


_RISING = tuple(Verdict)

FRESH_FOR = timedelta(hours=24)
"""An older answer of the network opens nothing any more."""

ASKED_AGAIN_AFTER = timedelta(minutes=10)
"""Before a payment is planned or released an answer older than this is asked for anew."""

LEAST_COOLING = timedelta(hours=1)
"""Nothing is paid sooner after a change, whatever a policy says: time to read the notice."""

PROOF_FRESH_FOR = timedelta(hours=24)
"""How old a proof may be that lets a destination change where only proven addresses are paid."""


@dataclass(frozen=True)
class Remark:
    """One reason. ``like`` is the address it is compared with, shown in full beside the typed one."""

    code: str
    verdict: Verdict
    like: str | None = None


@dataclass(frozen=True)
class SourceFacts:
    """What decides whether coins may go back to where they came from.

    ``code`` is whether code stands at the sender on this chain; ``findings`` the codes the diagnosis found; ``senders`` how many
    accounts of ours were paid from there; ``pooled`` whether a label names it as another platform's.
    """

    address: str | None = None
    able: bool | None = None
    kind: str = UNKNOWN
    pooled: bool = False
    labelled: bool = False
    accounts: int = 0
    findings: frozenset[str] = frozenset()


@dataclass(frozen=True)
class DestinationFacts:
    """Everything that is looked at. ``address`` is canonical.

    ``receiving`` is ``None`` while no answer of the network is on record. ``ours``: the address book has it; ``own``: as a
    deposit address of the claimant. ``label`` is the kind of a label of somebody else's address, if there is one. ``known`` are
    the addresses that could be meant instead: the sender, the claimant's own, those they were paid at before. ``permitted`` is
    ``refund_to`` of the cause's policy, ``proven`` the addresses whose control was shown.
    """

    address: str
    contract: str | None
    receiving: Receiving | None
    ours: bool = False
    own: bool = False
    label: str | None = None
    known: tuple[str, ...] = ()
    permitted: str = "account"
    source: SourceFacts = field(default_factory=SourceFacts)
    proven: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Judgement:
    """The verdict with its reasons, the worst first, each once."""

    verdict: Verdict
    remarks: tuple[Remark, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the reasons."""
        return tuple(remark.code for remark in self.remarks)

    @property
    def seen(self) -> str:
        """What the depositor confirms: a digest of the warnings, so that nobody agrees to others than they read."""
        shown = [[remark.code, remark.like] for remark in self.remarks]
        return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:16]


def judge(facts: DestinationFacts) -> Judgement:
    """What every rule says of the address, together."""
    found = {remark: None for rule in RULES for remark in rule(facts)}
    remarks = sorted(found, key=lambda remark: -_RISING.index(remark.verdict))
    return Judgement(remarks[0].verdict if remarks else Verdict.ALLOW, tuple(remarks))


def whose_it_is(facts: DestinationFacts) -> Iterator[Remark]:
    """Ours, another platform's, a bridge's: a refund there is lost or goes round in a circle (V9). One code for all."""
    if facts.own:
        yield Remark("destination_is_ours", Verdict.REFUSE)
    elif facts.ours or facts.label in ("platform", "bridge", "contract"):
        yield Remark("destination_not_usable", Verdict.REFUSE)


def what_the_policy_permits(facts: DestinationFacts) -> Iterator[Remark]:
    """``refund_to`` of the cause. Where the source is not safe, an address whose control was shown may take its place."""
    if facts.permitted == "none":
        yield Remark("refund_not_foreseen", Verdict.REFUSE)
    elif facts.permitted == "proven" and facts.address not in facts.proven:
        yield Remark("destination_not_proven", Verdict.REFUSE)
    elif facts.permitted == "source":
        safe = not source_problems(facts.source)
        if facts.address != (facts.source.address if safe else facts.address):
            yield Remark("destination_not_source", Verdict.REFUSE)
        elif not safe and facts.address not in facts.proven:
            yield Remark("destination_not_proven", Verdict.REFUSE)
    if facts.address == facts.source.address and set(source_problems(facts.source)) & NOT_THE_OWNERS:
        yield Remark("source_not_safe", Verdict.REFUSE)


def what_the_chain_says(facts: DestinationFacts) -> Iterator[Remark]:
    """Whether the address can take this asset now."""
    told = facts.receiving
    if facts.address == facts.contract:
        yield Remark("destination_cannot_receive", Verdict.REFUSE)
    elif told is None:
        yield Remark("destination_not_asked", Verdict.UNKNOWN)
    elif told.able is False:
        for need in told.needs or ("other_address",):
            yield Remark(f"destination_needs_{need}", Verdict.REFUSE)
    elif told.able is None:
        asked = NOT_ASKED not in told.notes
        yield Remark("destination_not_asked" if asked else "destination_cannot_be_asked",
                     Verdict.UNKNOWN if asked else Verdict.CONFIRM)  # fmt: skip
    if told is not None and told.kind == CONTRACT and told.able is not False:
        yield Remark("destination_is_contract", Verdict.CONFIRM)


def what_it_looks_like(facts: DestinationFacts) -> Iterator[Remark]:
    """V7: an address made to be taken for another one."""
    if facts.address not in facts.known:
        for like in facts.known:
            if look_alike(facts.address, like):
                yield Remark("destination_looks_alike", Verdict.CONFIRM, like)


RULES = (whose_it_is, what_the_policy_permits, what_the_chain_says, what_it_looks_like)

UNSAFE_FINDINGS = frozenset({"D15", "F05", "F06"})
"""Coins that were made there, came out of a mixing, or out of a contract on somebody's behalf: the sender is not the owner."""


NOT_THE_OWNERS = frozenset({"source_is_pool", "source_is_labelled", "source_is_not_owner"})
"""Problems of a source that nobody can put right by naming it themselves."""


def source_problems(source: SourceFacts) -> tuple[str, ...]:
    """Why coins must not go back to where they came from; empty when they may. What is not known counts against it."""
    if source.address is None:
        return ("source_not_known",)
    checks = (
        ("source_is_pool", source.pooled or source.accounts > 1),
        ("source_is_labelled", source.labelled),
        ("source_is_contract", source.kind == CONTRACT),
        ("source_kind_unknown", source.kind == UNKNOWN),
        ("source_cannot_receive", source.able is not True),
        ("source_is_not_owner", bool(source.findings & UNSAFE_FINDINGS)),
    )
    return tuple(code for code, holds in checks if holds)


def differing(address: str, like: str) -> tuple[tuple[str, bool], ...]:
    """The address in pieces, each with whether it differs from ``like`` at that place."""
    pieces: list[tuple[str, bool]] = []
    for place, letter in enumerate(address):
        other = like[place] if place < len(like) else ""
        differs = letter.casefold() != other.casefold()
        if pieces and pieces[-1][1] is differs:
            pieces[-1] = (pieces[-1][0] + letter, differs)
        else:
            pieces.append((letter, differs))
    return tuple(pieces)


def cooling_until(changed_at: datetime, seconds: int, least: timedelta) -> datetime:
    """Until when nothing is paid after a change of destination: what the policy says, never less than ``least``."""
    return changed_at + max(timedelta(seconds=seconds), least)


def rests_until(security_changed_at: datetime | None, hours: int) -> datetime | None:
    """Until when nothing is paid after the account's locks were changed (V3, H11)."""
    return None if security_changed_at is None else security_changed_at + timedelta(hours=hours)
