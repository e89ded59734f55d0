"""What the signer has signed, on disk before anybody else hears of it.

One file per plan. Once it is there, these bytes are the plan's for ever: a signer started again posts and broadcasts
them, and never makes others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from sandbox.files import read_json, write_json


@dataclass(frozen=True)
class SignedStep:
    """One signed transaction: its hash and its bytes, both as ``0x`` text."""

    hash: str
    raw: str


@dataclass(frozen=True)
class SignedDearer(SignedStep):
    """A replacement of step ``index``; ``number`` is the product's."""

    number: int
    index: int


@dataclass(frozen=True)
class SignedPlan:
    """A plan's signed transactions in order. ``finished`` when the product needs nothing more of the signer."""

    plan_id: str
    digest: str
    steps: tuple[SignedStep, ...]
    finished: bool = False
    dearer: tuple[SignedDearer, ...] = ()

    def tries(self, index: int) -> list[SignedStep]:
        """What was signed for a step, the newest first."""
        own = [one for one in self.dearer if one.index == index]
        return [*sorted(own, key=lambda one: -one.number), self.steps[index]]


class SignedPlans:
    """The signed plans in a folder, one ``<plan id>.json`` each, mode 0600."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, plan_id: str) -> SignedPlan | None:
        stored = read_json(self._path(plan_id))
        if stored is None:
            return None
        steps = tuple(SignedStep(step["hash"], step["raw"]) for step in stored["steps"])
        dearer = tuple(SignedDearer(**one) for one in stored.get("dearer", ()))
        return SignedPlan(plan_id, stored["digest"], steps, stored["finished"], dearer)

    def keep(self, plan_id: str, digest: str, steps: Sequence[SignedStep]) -> SignedPlan:
        """Writes newly signed bytes; they are on the disk when this returns."""
        if self._path(plan_id).exists():
            raise FileExistsError(f"plan {plan_id} is signed already")
        plan = SignedPlan(plan_id, digest, tuple(steps))
        self._write(plan)
        return plan

    def add(self, plan: SignedPlan, dearer: SignedDearer) -> SignedPlan:
        """Writes a newly signed replacement; it is on the disk when this returns."""
        more = replace(plan, dearer=(*plan.dearer, dearer))
        self._write(more)
        return more

    def finish(self, plan: SignedPlan) -> None:
        self._write(replace(plan, finished=True))

    def unfinished(self) -> list[SignedPlan]:
        """Plans signed and not finished, in a stable order."""
        plans = [self.get(path.stem) for path in sorted(self._folder.glob("[!.]*.json"))]
        return [plan for plan in plans if plan is not None and not plan.finished]

    def _path(self, plan_id: str) -> Path:
        return self._folder / f"{plan_id}.json"

    def _write(self, plan: SignedPlan) -> None:
        steps = [{"hash": step.hash, "raw": step.raw} for step in plan.steps]
        dearer = [asdict(one) for one in plan.dearer]
        stored = {"digest": plan.digest, "finished": plan.finished, "steps": steps, "dearer": dearer}
        write_json(self._path(plan.plan_id), stored)
