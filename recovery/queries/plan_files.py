"""Files of a plan at the signer, in the forms that signers take; see :mod:`chains.exports`."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from chains.catalogue import networks
from chains.exports import FORMATS, Export, FileDiffers, Names, files
from chains.sending import Step
from chains.sweep import SweepFile
from recovery.domain.actor import Actor
from recovery.domain.settlement import stored_step
from recovery.errors import Conflict, NotFound
from recovery.models import Plan, PlanStep, StepReplacement
from recovery.queries.attempts import replacements_of
from recovery.queries.plans import READERS

HANDED_OUT = frozenset({"released", "recorded"})
"""States in which a plan has files: before, the teams have not approved it; afterwards there is nothing to sign."""


def plan_files(
    session: Session, actor: Actor, plan_id: uuid.UUID, formats: Sequence[str] = FORMATS, names: Names | None = None
) -> tuple[SweepFile, ...]:
    """The files of one plan, each compared with its released steps, and those of replacements that wait for a signature.

    Once signed bytes are recorded only forms that fix nonce or inputs are among them. Raises NotFound, also for somebody who may
    not read plans; Conflict for a plan that is not at the signer, and for a file that would say something else than its steps.
    """
    if not actor.roles & READERS:
        raise NotFound("not_found")
    return operators_files(session, plan_id, formats, names)


def operators_files(
    session: Session, plan_id: uuid.UUID, formats: Sequence[str], names: Names | None = None
) -> tuple[SweepFile, ...]:
    """The same for whoever runs the command line, who reads the database anyway."""
    plan = session.get(Plan, plan_id)
    if plan is None:
        raise NotFound("not_found")
    network = networks().get(plan.network)
    if plan.state not in HANDED_OUT or network is None:
        raise Conflict("plan_not_released")
    rows = session.scalars(select(PlanStep).where(PlanStep.plan_id == plan.id).order_by(PlanStep.index))
    steps = tuple(stored_step(row.unsigned) for row in rows)
    export = Export(plan.id, plan.at, network, steps, names or Names(), exact=plan.state != "released")
    try:
        found = list(files(export, formats))
        for one in replacements_of(session, plan):
            if one.hash is None:
                dearer = replace(export, at=one.at, steps=_replaced(steps, one), exact=True)
                found += _of_replacement(one, files(dearer, formats))
    except FileDiffers as error:
        raise Conflict(error.code) from error
    return tuple(found)


def _replaced(steps: Sequence[Step], one: StepReplacement) -> tuple[Step, ...]:
    return (*steps[: one.index], stored_step(one.unsigned), *steps[one.index + 1 :])


def _of_replacement(one: StepReplacement, written: Sequence[SweepFile]) -> list[SweepFile]:
    """Of the files of a plan with a replacement in its step's place those of that step, named so that nobody mixes them up."""
    own = f"{one.index + 1}-"
    return [replace(file, name=f"dearer-{one.number}-{file.name}") for file in written if file.name.startswith(own)]


def plan_file(session: Session, actor: Actor, plan_id: uuid.UUID, name: str) -> SweepFile:
    """One file by its name. Raises as :func:`plan_files`, and NotFound when there is none of that name."""
    found = next((file for file in plan_files(session, actor, plan_id) if file.name == name), None)
    if found is None:
        raise NotFound("not_found")
    return found
