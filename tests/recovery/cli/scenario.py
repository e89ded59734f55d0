"""A black-box scenario: what is there, what is asked, and what the rules of the causes say must be answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.recovery.cli.stage import BOBS_NAME, Stage, Verdict

Between = Callable[[], None]
"""What happens between a first look and a second."""
Build = Callable[[Stage], Between | None]


@dataclass(frozen=True)
class Expected:
    """What must be answered. ``cause`` and ``outcome`` may name several where the rules leave it open."""

    cause: str | tuple[str, ...] | None
    outcome: Sequence[str] | None = None
    outcomes: Sequence[Sequence[str]] = ()
    findings: Sequence[str] = ()
    without: Sequence[str] = ()
    conditions: Sequence[str] = ()
    legs: Sequence[tuple[str, str | None]] | None = None
    network: str | None = None
    status: int | None = None
    first: str | None = None
    hidden: Sequence[str] = (BOBS_NAME,)
    mentions: Sequence[str] = ()

    def check(self, verdict: Verdict) -> None:
        """Raises AssertionError."""
        told = verdict.answer
        causes = self.cause if isinstance(self.cause, tuple) else (self.cause,)
        short = {name: told.get(name) for name in ("cause", "outcome", "findings", "conditions", "legs", "unanswered")}
        assert told["cause"] in causes, short
        steps = list(self.outcomes) or ([self.outcome] if self.outcome is not None else [])
        if told["cause"] is None:
            steps = [["WT"]]
            assert told["unanswered"] or any(check["answer"] == "unknown" for check in told["checks"]), short
        assert not steps or told["outcome"] in [list(one) for one in steps], short
        assert set(self.findings) <= {told["cause"], *told["findings"]}, short
        assert not set(self.without) & {told["cause"], *told["findings"]}, short
        assert set(self.conditions) <= set(told["conditions"]), short
        if self.legs is not None:
            assert [(leg["position"], leg["cause"]) for leg in told["legs"]] == list(self.legs), short
        if self.network is not None:
            assert told["transaction"]["network"] == self.network, short
        usual = 6 if told["cause"] is None else 2 if told["cause"] == "A01" else 0
        assert verdict.status == (usual if self.status is None else self.status), short
        for word in self.hidden:
            assert word not in verdict.text, word
        for word in self.mentions:
            assert word in verdict.text, word
        self._form(told)

    @staticmethod
    def _form(told: dict[str, object]) -> None:
        """The form of the answer."""
        assert {"cause", "outcome", "findings", "conditions", "legs", "checks", "confidence", "transaction"} <= set(
            told
        )
        checks = told["checks"]
        assert isinstance(checks, list) and checks
        for check in checks:
            assert {"name", "answer", "why", "evidence"} <= set(check)
            assert check["answer"] in ("yes", "no", "unknown")
        legs = told["legs"]
        assert isinstance(legs, list)
        for leg in legs:
            assert {"position", "cause", "outcome"} <= set(leg)
        assert told["cause"] not in (told["findings"] if isinstance(told["findings"], list) else ())


@dataclass(frozen=True)
class Scenario:
    """One scenario with its name, which begins with the code it is about."""

    name: str
    build: Build
    expected: Expected


@dataclass
class Scenarios:
    """A list that scenarios write themselves into."""

    all: list[Scenario] = field(default_factory=list)

    def __call__(
        self, name: str, cause: str | tuple[str, ...] | None, *outcome: str, **more: object
    ) -> Callable[[Build], Build]:
        """Register what follows under ``name``."""

        def register(build: Build) -> Build:
            steps = list(outcome) if outcome else None
            self.all.append(Scenario(name, build, Expected(cause, steps, **more)))  # type: ignore[arg-type]
            return build

        return register
