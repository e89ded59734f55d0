"""A version of the fee policy tried on the past: every quote worked out again, every waiting case looked at. Nothing moves.

Reading and keeping are two acts: a trial of a long history takes a while, and nothing is held meanwhile.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from recovery.domain.actor import Actor
from recovery.domain.fees.reading import schedule_from
from recovery.domain.fees.schedule import Schedule
from recovery.domain.fees.trial import ENGINE, Trial
from recovery.domain.ids import new_id
from recovery.errors import Conflict, NotAllowed
from recovery.models import FeeTrial
from recovery.queries.fees import count_quotes, past_quotes, waiting_for_a_quote
from recovery.queries.policies import KEEPERS, KINDS, content_of, version_in_force
from recovery.services.quotes import facts_of, worth_of

MOST_ON_A_PAGE = 5_000
"""Quotes a page tries a version on while somebody waits; the command has no limit."""


def try_version(session: Session, version: int, since: datetime | None = None, *, most: int | None = None) -> Trial:
    """What the version would have changed. Raises NotFound, and Conflict when there are more quotes than ``most``."""
    draft = _schedule(session, version)
    if most is not None and count_quotes(session) > most:
        raise Conflict("trial_too_long", limit=most)
    own, trial = dict[int, Schedule](), Trial()
    for quote in past_quotes(session, since):
        if quote.version not in own:
            own[quote.version] = _schedule(session, quote.version)
        trial.past(quote, own[quote.version], draft)
    in_force = version_in_force(session, KINDS["fee"])
    current = _schedule(session, in_force) if in_force else None
    for case, claim, probe in waiting_for_a_quote(session):
        facts = facts_of(session, case, claim, probe, worth_of(session, claim))
        trial.waiting(case.ref, claim.asset, facts, current, draft)
    return trial


def keep_trial(session: Session, actor: Actor, version: int, trial: Trial, since: datetime | None = None) -> FeeTrial:
    """Keep what a trial showed, for whoever activates the version. Raises NotAllowed."""
    if not actor.roles & KEEPERS:
        raise NotAllowed("not_your_role")
    kept = FeeTrial(
        id=new_id(),
        version=version,
        engine=ENGINE,
        since=since,
        quotes=trial.quotes,
        changed=trial.changed,
        refused=trial.refused,
        possible=trial.possible,
        failed=len(trial.failed),
        summary=trial.as_json(),
        by=actor.id,
    )
    session.add(kept)
    session.flush()
    return kept


def _schedule(session: Session, version: int) -> Schedule:
    return schedule_from(content_of(session, KINDS["fee"], version))
