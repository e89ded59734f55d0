"""The road a case travels, as the depositor sees it: a few stops, in order, and where the case is now."""

from __future__ import annotations

from dataclasses import dataclass

ROADS: dict[str, tuple[str, ...]] = {
    "unlisted_token": ("checking", "in_review", "your_decision_needed", "on_its_way", "completed"),
    "uncredited_deposit": ("checking", "in_review", "on_its_way", "completed"),
}
"""Stops by workflow. Every stop is a public label."""

STOP_OF = {"waiting_for_network": "checking"}
"""Labels that are no stop of their own."""


@dataclass(frozen=True)
class Stop:
    """``place`` is ``done``, ``now`` or ``ahead``; ``label`` a public label."""

    label: str
    place: str


def stops(workflow: str, label: str, *, reviewed: bool) -> tuple[Stop, ...]:
    """The road of one case. ``reviewed`` says whether a person has looked already (where a question then belongs).

    A case that ended early shows only its beginning and its end.
    """
    if label in ("solved", "closed"):
        return (Stop("checking", "done"), Stop(label, "now"))
    road = ROADS.get(workflow, ROADS["uncredited_deposit"])
    if label == "your_answer_needed":
        behind = "in_review" if reviewed and "in_review" in road else "checking"
        place = road.index(behind)
        road = (*road[: place + 1], "your_answer_needed", *road[place + 1 :])
    here = STOP_OF.get(label, label)
    position = road.index(here) if here in road else 0
    last = len(road) - 1
    return tuple(
        Stop(
            label if stop == here else stop,
            "done" if index < position or (index == position == last) else "now" if index == position else "ahead",
        )
        for index, stop in enumerate(road)
    )
