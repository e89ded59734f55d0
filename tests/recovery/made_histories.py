"""Histories that could have happened: random walks over the workflow tables, with all that belongs to them."""

from __future__ import annotations

import hashlib
import random
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from recovery.domain.accounting import CUSTODY_DEPOSIT, USER_PAYABLE
from recovery.domain.canonical import canonical, digest
from recovery.domain.exports import Cells, EventRow, Format, Histories, case_cells, instant
from recovery.domain.history import GENESIS, event_body, event_hash
from recovery.services.export_files import write_export
from workflows.machine import Transition
from workflows.states import CLOSED, State
from workflows.tables import WORKFLOWS

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
TOKEN = "eip155:1/erc20:0x00000000000000000000000000000000000000aa"
STAFF = ("specialist", "wallet", "clearing", "lead", "signer")
ENDINGS = frozenset(
    {"withdraw", "give_up", "solve", "decline", "turn_down", "refuse", "hold", "contest"}
    | {"merge", "park", "ask_proof", "lose_dispute"}
)
"""Moves that lead away from a payment: taken now and then, or hardly any walk would come to one."""

OFTEN = {"dispute": 0.01} | dict.fromkeys(ENDINGS, 0.1)


def _often(row: Transition) -> float:
    """How readily a walk makes a move: what leads on at once, what goes round or back only now and then."""
    wanted = ("approve_sweep", "approve_refund", "record_sweep", "record_refund", "take")
    round_about = row.target in row.source and not row.name.startswith(wanted)
    aside = ("redraft", "reject", "freeze", "propose_advance", "requote", "drop", "withdraw", "give_up", "turn_down")
    return 0.1 if round_about or row.name.startswith(aside) else 1


class MadeCase:
    """One case that walks through its tables by chance, always as the tables allow."""

    def __init__(self, rng: random.Random, ref: str, *, longest: int = 60) -> None:
        self.rng, self.ref, self.id = rng, ref, uuid.UUID(int=rng.getrandbits(128), version=4)
        self.people = {role: [uuid.UUID(int=rng.getrandbits(128), version=4) for _ in "ab"] for role in STAFF}
        self.people["depositor"] = [uuid.UUID(int=rng.getrandbits(128), version=4)]
        self.people["system"] = [uuid.UUID(int=0)]
        self.now = START + timedelta(seconds=rng.randrange(10**6))
        self.events: list[EventRow] = []
        self.made: list[tuple[str, uuid.UUID]] = []
        self.workflow, self.state, self.round = "uncredited_deposit", State.SUBMITTED, 0
        self.files: dict[str, list[Cells]] = {name: [] for name in SIDES}
        self.owed = 0
        self.plan: tuple[str, ...] | None = None
        self._write("open", None, self.people["depositor"][0], "depositor", {"hash": "0xé"})
        while self.state not in CLOSED and len(self.events) < longest and self._step():
            pass

    def _write(self, name: str, source: str | None, actor: uuid.UUID, role: str, data: dict[str, Any]) -> None:
        seq, prev = len(self.events) + 1, self.events[-1].hash if self.events else GENESIS
        self.now += timedelta(microseconds=self.rng.randrange(1, 10**9))
        body = event_body(
            case_ref=self.ref,
            seq=seq,
            name=name,
            workflow=self.workflow,
            source=source,
            target=str(self.state),
            actor_id=actor,
            role=role,
            at=self.now,
            data=data,
        )
        self.events.append(EventRow(self.ref, str(self.id), seq, prev, event_hash(self.id, seq, prev, body), body))
        self.made.append((name, actor))

    def _step(self) -> bool:
        rows = list(WORKFLOWS[self.workflow].leaving(self.state))
        rows = [row for row in rows if self.rng.random() < OFTEN.get(row.name, _often(row))]
        self.rng.shuffle(rows)
        for row in rows:
            role = self.rng.choice(row.by)
            actors = [actor for actor in self.people[role] if self._may(row, actor)]
            if actors and self._is_due(row):
                self._make(row, self.rng.choice(actors), role)
                return True
        return False

    def _this_round(self) -> list[tuple[str, uuid.UUID]]:
        begins = [index for index, (name, _) in enumerate(self.made) if name.startswith("propose_")]
        return self.made[begins[-1] :] if begins else self.made

    def _may(self, row: Transition, actor: uuid.UUID) -> bool:
        per_round = {other.name for other in WORKFLOWS[self.workflow].transitions if other.in_round}
        earlier = self._this_round() if row.in_round else self.made
        made = {n for n, a in self.made if a == actor and n not in per_round}
        return not ({n for n, a in earlier if a == actor and n in per_round} | made) & set(row.unlike)

    def _is_due(self, row: Transition) -> bool:
        names = {name for name, _ in self._this_round()}
        words = [word for word in row.name.split("_") if word in ("sweep", "refund", "advance")]
        kind, guards = (words or [""])[-1], {guard.__name__ for guard in row.guards}
        ever = {name for name, _ in self.made}
        if ("quote_is_accepted" in guards and "accept" not in ever) or (
            "sweep_is_done" in guards and "confirm_sweep" not in ever
        ):
            return False
        if "everybody_signed" in guards:
            return {f"approve_{kind}_wallet", f"approve_{kind}_clearing"} <= names
        if "plan_is_released" in guards:
            return f"release_{kind}" in names
        if "plan_is_recorded" in guards:
            return f"record_{kind}" in names
        return not (row.in_round and row.name in names)

    def _make(self, row: Transition, actor: uuid.UUID, role: str) -> None:
        source, self.workflow, self.state = str(self.state), row.into or self.workflow, row.target
        self.round += row.starts_round
        data: dict[str, Any] = {"note": self.rng.choice(["", "größer", "=1+1", 'a,b\n"c"'])}
        if row.in_round and self.plan is not None:
            data["digest"] = self.plan[1]
        if row.name == "accept":
            content = canonical({"case": self.ref, "seen": {"lines": ["Net: 90", "größer"]}, "n": len(self.events)})
            data["consent"] = hashlib.sha256(content.encode()).hexdigest()
            cells = (
                self.ref,
                self.files["quotes.csv"][-1][11],
                str(actor),
                instant(self.now),
                data["consent"],
                content,
            )
            self.files["consents.csv"].append(cells)
        self._write(row.name, source, actor, role, data)
        self._follow(row, actor, role)

    def _follow(self, row: Transition, actor: uuid.UUID, role: str) -> None:
        seq, at, amount = len(self.events), instant(self.now), str(self.rng.randrange(1, 2**200))
        if row.name in ("find_unlisted", "propose_credit") and not self.owed:
            self.owed = int(amount)
            self._post(seq, "found", CUSTODY_DEPOSIT, USER_PAYABLE, at)
        if self.state in CLOSED and self.owed:
            self._post(seq, "let_go", USER_PAYABLE, CUSTODY_DEPOSIT, at)
        if row.name in ("quote", "accept"):
            self._quote(row.name, at)
        if row.starts_round and row.name != "propose_credit":
            self._propose(row.name.removeprefix("propose_"), at)
        if row.name.startswith("approve_") and row.in_round and self.plan is not None:
            plan, signed, kind, number, preparer = self.plan
            cells = (self.ref, plan, kind, number, role, signed, preparer, str(actor), at)
            self.files["approvals.csv"].append(cells)
        if row.name == "start_check":
            body = self.rng.randbytes(32).hex()
            cells = (self.ref, str(uuid.uuid4()), "1", "look", "local", "0x1", "+node", at, body, "12")
            self.files["evidence.csv"].append(cells)

    def _post(self, seq: int, kind: str, debit: str, credit: str, at: str) -> None:
        cells = (self.ref, str(seq), kind, "log:1", debit, credit, "local", TOKEN, str(self.owed), at)
        self.files["postings.csv"].append(cells)

    def _quote(self, name: str, at: str) -> None:
        rows = self.files["quotes.csv"]
        if name == "accept":
            rows[-1] = (*rows[-1][:14], at, "0xdest", "[]")
        else:
            terms = (TOKEN, "0xaa", "=CMD()", "18", "100", "7", "3", "90", "1", digest({"n": len(rows)}), at, at)
            rows.append((self.ref, str(len(rows) + 1), *terms, "", "", "[]"))
            content = {"kind": "median", "n": len(rows)}
            price = (str(uuid.uuid4()), digest(content), canonical(content))
            self.files["prices.csv"].append((self.ref, rows[-1][11], *price))

    def _propose(self, kind: str, at: str) -> None:
        payload = canonical({"case": self.ref, "kind": kind, "round": self.round, "amount": "90"})
        preparer = next((str(actor) for name, actor in self.made if name == "prepare_sweep"), str(uuid.UUID(int=0)))
        plan, signed = str(uuid.uuid4()), digest({"case": self.ref, "kind": kind, "round": self.round, "amount": "90"})
        cells = (self.ref, plan, kind, str(self.round), "local", signed, preparer, at, payload)
        self.files["plans.csv"].append(cells)
        self.plan = (plan, signed, kind, str(self.round), preparer)


SIDES = ("postings.csv", "plans.csv", "approvals.csv", "quotes.csv", "evidence.csv", "consents.csv", "prices.csv")


def made_cases(seed: int, count: int) -> list[MadeCase]:
    """So many cases, sorted as an export sorts them; the same ones for the same seed."""
    rng = random.Random(seed)
    return [MadeCase(rng, f"RC-{number:04X}-0000-0000-0000-0") for number in range(count)]


def as_histories(cases: list[MadeCase]) -> Histories:
    """The cases as what an export is written from."""

    def rows(name: str) -> Callable[[], list[Cells]]:
        return lambda: [cells for case in cases for cells in case.files[name]]

    summaries = [case_cells(c.events[0], c.events[-1], str(c.people["depositor"][0])) for c in cases]
    events = [event for case in cases for event in case.events]
    return Histories(
        population={"cases": len(cases), "events": len(events)},
        events=lambda: events,
        files={"cases.csv": lambda: summaries, **{name: rows(name) for name in SIDES}},
    )


def write_made(path: Path, cases: list[MadeCase], form: Format = "bundle") -> dict[str, Any]:
    """Write an export of made cases."""
    about = {"period": {"from": instant(START), "to": instant(START + timedelta(days=365)), "over": True}}
    with path.open("wb") as out:
        return write_export(as_histories(cases), about, form, out)
