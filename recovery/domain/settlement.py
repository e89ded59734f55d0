"""What a plan says must move, as the payload that people approve: pure, over frozen values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chains.sending import Step, step_from_json, step_to_json
from chains.shares import share

VERSION = 2
_NUMBERS = ("value", "gas", "max_fee_per_gas", "max_priority_fee_per_gas")


@dataclass(frozen=True)
class Part:
    """One case's part of a plan: its coins, the terms they are moved under, and how much of them arrives.

    ``amount`` and ``arrives`` are base units of the plan's asset; ``quote`` is the digest of the accepted quote.
    """

    case: str
    round: int
    amount: int
    arrives: int
    quote: str


def plan_payload(
    *,
    kind: str,
    network: str,
    network_id: str,
    asset: Mapping[str, Any],
    parts: Sequence[Part],
    destination: str,
    steps: Sequence[Step],
) -> dict[str, Any]:
    """The exact payload that is approved, amounts as decimal strings. Everything but the nonces is in it."""
    return {
        "version": VERSION,
        "kind": kind,
        "network": network,
        "network_id": network_id,
        "asset": dict(asset),
        "amount": str(sum(part.amount for part in parts)),
        "arrives": str(sum(part.arrives for part in parts)),
        "cases": [
            {
                "case": part.case,
                "round": part.round,
                "amount": str(part.amount),
                "arrives": str(part.arrives),
                "quote": part.quote,
            }
            for part in parts
        ],
        "destination": destination,
        "steps": [step_to_json(step) for step in steps],
    }


def steps_of(payload: Mapping[str, Any]) -> tuple[Step, ...]:
    """The steps an approved payload holds, nonces still open."""
    if payload["version"] == 1:
        return tuple(_first_form(one, payload["chain_id"]) for one in payload["moves"])
    return tuple(step_from_json(one) for one in payload["steps"])


def stored_step(stored: Mapping[str, Any]) -> Step:
    """A released step as stored, in whichever form it was written."""
    return step_from_json(stored) if "form" in stored else _first_form(_renamed(stored), stored["chain_id"])


def _renamed(stored: Mapping[str, Any]) -> dict[str, Any]:
    names = {"contract": "moves_contract", "recipient": "moves_recipient", "amount": "moves_amount"}
    return dict(stored) | {name: stored[old] for name, old in names.items()}


def _first_form(one: Mapping[str, Any], chain_id: Any) -> Step:
    """A step as payloads of version 1 wrote it: of one case, of an EVM network."""
    move = {name: one[name] for name in ("contract", "sender", "recipient")}
    amount, helps = str(one["amount"]), one["purpose"] == "gas_top_up"
    body = {name: str(one[name]) for name in _NUMBERS} | {
        "chain_id": str(chain_id),
        "to": one["to"],
        "data": one["data"],
    }
    return step_from_json(
        {
            "purpose": one["purpose"],
            "form": "evm",
            "sender": one["sender"],
            "moves": [move | {"amount": amount, "arrives": amount}],
            "body": body,
            "highest_cost": str(int(one["gas"]) * int(one["max_fee_per_gas"])),
            "inputs": [],
            "nonce": one.get("nonce"),
            "serves": [{"place": 0, "arrives": "0" if helps else amount, "position": None}],
        }
    )


def highest_cost(steps: Sequence[Step]) -> int:
    """The most the steps can cost in native coin."""
    return sum(step.highest_cost for step in steps)


@dataclass(frozen=True)
class Group:
    """Steps, by their index, that serve these places between them and no others."""

    places: frozenset[int]
    steps: tuple[int, ...]


def together(steps: Sequence[Step]) -> tuple[Group, ...]:
    """The steps of a plan in the smallest groups of which each decides the coins it serves by itself."""
    groups: list[Group] = []
    for index, step in enumerate(steps):
        places = frozenset(served.place for served in step.serves)
        joined = [one for one in groups if one.places & places]
        whole = Group(
            places.union(*(one.places for one in joined)),
            tuple(sorted([index, *(each for one in joined for each in one.steps)])),
        )
        groups = [*(one for one in groups if one not in joined), whole]
    return tuple(sorted(groups, key=lambda one: one.steps))


def cost_parts(steps: Sequence[Step], costs: Mapping[int, int], amounts: Sequence[int]) -> dict[int, int]:
    """What the network took for each place, by what each step cost: shared among those it served as their amounts are."""
    found = dict.fromkeys(range(len(amounts)), 0)
    for index, cost in costs.items():
        places = [one.place for one in steps[index].serves]
        for place, part in zip(places, share(cost, [amounts[place] for place in places]), strict=True):
            found[place] += part
    return found
