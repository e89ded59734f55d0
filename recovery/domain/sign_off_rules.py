"""Who has to approve what: the sign-off policy as versioned data, and what a version asks of one matter. Pure.

A version is an ordered list of rules; the first that fits decides. A rule may be about kinds of matters, networks, assets
(network and contract, never a symbol), causes, and about value: ``from_amount`` in base units of its one asset, or
``from_value`` in base units of the network's own coin, by price. Where no price is known every ``from_value`` fits, so that
what nobody can value is treated as much. Version 1 is built in (:data:`BUILT_IN`) and stands in no table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

STAGES = ("wallet", "clearing", "lead")
"""Teams that sign off, in the order in which a policy without one of its own lists them."""

KINDS = ("sweep", "refund", "credit", "advance")
"""Matters that are signed off."""

NEEDED: Mapping[str, frozenset[str]] = {
    "sweep": frozenset({"wallet", "clearing"}),
    "refund": frozenset({"wallet", "clearing"}),
    "credit": frozenset({"clearing"}),
    "advance": frozenset({"clearing", "lead"}),
}
"""Teams without whom no policy lets anything go. The database asks the same of a plan by itself."""

GLASS_NEEDS = 3
"""People who together break the glass; one of them is a lead."""

_DAY = 86_400
EXPIRES_AFTER = 3 * _DAY


@dataclass(frozen=True)
class Stage:
    """So many different people of a team."""

    team: str
    people: int


@dataclass(frozen=True)
class Matter:
    """What is to be approved. ``contract``: ``None`` for the native coin. ``value``: worth in base units of the network's
    own coin, ``None`` where no price is known. ``round``: how often it was put before the teams, this time included."""

    kind: str
    network: str
    contract: str | None
    amount: int
    value: int | None
    cause: str | None
    round: int = 1


@dataclass(frozen=True)
class Rule:
    """One rule; empty conditions fit everything."""

    name: str
    kinds: frozenset[str]
    networks: frozenset[str]
    assets: frozenset[tuple[str, str | None]]
    causes: frozenset[str]
    from_amount: int | None
    from_value: int | None
    stages: tuple[Stage, ...]
    in_order: bool
    expires_after: int
    break_glass: bool

    def fits(self, matter: Matter) -> bool:
        """Whether the rule is about this matter."""
        named = (
            (self.kinds, matter.kind),
            (self.networks, matter.network),
            (self.assets, (matter.network, matter.contract)),
            (self.causes, matter.cause),
        )
        if any(wanted and found not in wanted for wanted, found in named):
            return False
        if self.from_amount is not None and matter.amount < self.from_amount:
            return False
        return self.from_value is None or matter.value is None or matter.value >= self.from_value


@dataclass(frozen=True)
class SignOffPolicy:
    """One version. ``minimum_look``: seconds a plan lies before a team until it can be approved. ``lead_after_rounds``:
    after so many rounds of one kind a lead approves too. ``without_limit``: whether somebody for whom no limit is set may
    approve (``allowed`` or ``refused``). ``review_within``: seconds until a broken glass has to be reviewed."""

    version: int
    rules: tuple[Rule, ...]
    minimum_look: int
    lead_after_rounds: int
    without_limit: str
    review_within: int


@dataclass(frozen=True)
class Requirement:
    """What a version asks of one matter: stages in order, and how long each approval counts (seconds)."""

    policy_version: int
    rule: str
    stages: tuple[Stage, ...]
    in_order: bool
    expires_after: int
    break_glass: bool
    minimum_look: int
    limit_needed: bool
    review_within: int
    value: int | None = None

    def people(self, team: str) -> int:
        """How many of a team have to approve."""
        return next((stage.people for stage in self.stages if stage.team == team), 0)


def built_in_document() -> dict[str, Any]:
    """Version 1: one of wallet and one of clearing for what leaves, one of clearing for a credit."""
    anything: dict[str, Any] = {
        "networks": [], "assets": [], "causes": [], "from_amount": None, "from_value": None, "in_order": False,
        "expires_after": EXPIRES_AFTER, "break_glass": True,
    }  # fmt: skip
    pair = [{"team": "wallet", "people": 1}, {"team": "clearing", "people": 1}]
    return {
        "rules": [
            {"name": "payouts", "kinds": ["sweep", "refund"], **anything, "stages": pair},
            {
                "name": "advances", "kinds": ["advance"], **anything, "break_glass": False,
                "stages": [{"team": "clearing", "people": 1}, {"team": "lead", "people": 1}],
            },
            {
                "name": "credits", "kinds": ["credit"], **anything, "break_glass": False,
                "stages": [{"team": "clearing", "people": 1}],
            },
        ],
        "minimum_look": 0,
        "lead_after_rounds": 3,
        "without_limit": "allowed",
        "review_within": 3 * _DAY,
    }  # fmt: skip


def policy_from(document: Mapping[str, Any], version: int) -> SignOffPolicy:
    """The policy a checked document describes (:func:`recovery.domain.sign_off_check.check_sign_off_policy`)."""
    return SignOffPolicy(
        version=version,
        rules=tuple(_rule(one) for one in document["rules"]),
        minimum_look=document["minimum_look"],
        lead_after_rounds=document["lead_after_rounds"],
        without_limit=document["without_limit"],
        review_within=document["review_within"],
    )


def _rule(given: Mapping[str, Any]) -> Rule:
    return Rule(
        name=given["name"],
        kinds=frozenset(given["kinds"]),
        networks=frozenset(given["networks"]),
        assets=frozenset((one["network"], one["contract"] or None) for one in given["assets"]),
        causes=frozenset(given["causes"]),
        from_amount=None if given["from_amount"] is None else int(given["from_amount"]),
        from_value=None if given["from_value"] is None else int(given["from_value"]),
        stages=tuple(Stage(one["team"], one["people"]) for one in given["stages"]),
        in_order=given["in_order"],
        expires_after=given["expires_after"],
        break_glass=given["break_glass"],
    )


BUILT_IN = policy_from(built_in_document(), 1)
"""In force until another version is activated."""


class NoRuleFits(LookupError):
    """A policy that was let through unchecked: every checked one ends with a rule for whatever is left."""


def requirement(policy: SignOffPolicy, matter: Matter, teams: Iterable[str] = ()) -> Requirement:
    """What a version asks of a matter. ``teams``: whom the policy of its cause wants besides. Raises NoRuleFits."""
    rule = next((rule for rule in policy.rules if rule.fits(matter)), None)
    if rule is None:
        raise NoRuleFits(matter.kind)
    stages = list(rule.stages)
    besides = {*teams, *NEEDED[matter.kind]}
    if matter.round > policy.lead_after_rounds:
        besides.add("lead")
    named = {stage.team for stage in stages}
    stages += [Stage(team, 1) for team in STAGES if team in besides - named]
    return Requirement(
        policy_version=policy.version,
        rule=rule.name,
        stages=tuple(stages),
        in_order=rule.in_order,
        expires_after=rule.expires_after,
        break_glass=rule.break_glass,
        minimum_look=policy.minimum_look,
        limit_needed=policy.without_limit == "refused",
        review_within=policy.review_within,
        value=matter.value,
    )


def left_of_advance(asked: Requirement) -> Requirement:
    """What is asked of an advance less whoever proposed and whoever approved it: what its plan needs besides."""
    left = (Stage(one.team, one.people - (one.team in NEEDED["advance"])) for one in asked.stages)
    return replace(asked, stages=tuple(one for one in left if one.people))


def strictest(requirements: Sequence[Requirement]) -> Requirement:
    """One requirement that satisfies all of several: what a plan for several cases has to meet. Raises IndexError when empty."""
    first = requirements[0]
    order = list(dict.fromkeys(stage.team for one in requirements for stage in one.stages))
    rules = dict.fromkeys(one.rule for one in requirements)
    return Requirement(
        policy_version=first.policy_version,
        rule=", ".join(rules),
        stages=tuple(Stage(team, max(one.people(team) for one in requirements)) for team in order),
        in_order=any(one.in_order for one in requirements),
        expires_after=min(one.expires_after for one in requirements),
        break_glass=all(one.break_glass for one in requirements),
        minimum_look=max(one.minimum_look for one in requirements),
        limit_needed=any(one.limit_needed for one in requirements),
        review_within=min(one.review_within for one in requirements),
        value=first.value,
    )
