"""Files of a plan at the signer, in the forms that signers take; see :mod:`chains.exports`."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from chains.catalogue import networks
from chains.exports import FORMATS, Export, FileDiffers, Names, files
from chains.sweep import SweepFile
from recovery.domain.actor import Actor
from recovery.domain.settlement import stored_step
from recovery.errors import Conflict, NotFound
from recovery.models import Plan, PlanStep, StepReplacement
from recovery.queries.attempts import replacements_of
from recovery.queries.plans import READERS


def plan_files(
    session: Session, actor: Actor, plan_id: uuid.UUID, formats: Sequence[str] = FORMATS, names: Names | None = None
) -> tuple[SweepFile, ...]:
    """What there is to sign of one plan: the files of its steps, or, once their bytes are recorded, those of replacements that
    wait for a signature. Each was compared with what it is of.

    Raises NotFound, also for somebody who may not read plans; Conflict for a plan that is not at the signer, and for a file that
    would say something else.
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
    waiting = [one for one in replacements_of(session, plan) if one.hash is None] if plan.state == "recorded" else []
    if network is None or (plan.state != "released" and not waiting):
        # Before, nobody approved it. Afterwards its bytes are out: who carries a file out by themselves pays twice.
        raise Conflict("plan_not_released")
    rows = session.scalars(select(PlanStep).where(PlanStep.plan_id == plan.id).order_by(PlanStep.index))
    export = Export(plan.id, plan.at, network, tuple(stored_step(row.unsigned) for row in rows), names or Names())
    try:
        if not waiting:
            return files(export, formats)
        return tuple(file for one in waiting for file in _dearer(export, one, formats))
    except FileDiffers as error:
        raise Conflict(error.code) from error


def _dearer(export: Export, one: StepReplacement, formats: Sequence[str]) -> list[SweepFile]:
    """The files of a replacement: of the plan with it in its step's place those of that step, under names of their own."""
    steps = (*export.steps[: one.index], stored_step(one.unsigned), *export.steps[one.index + 1 :])
    written = files(replace(export, at=one.at, steps=steps, exact=True), formats)
    own = f"{one.index + 1}-"
    return [replace(file, name=f"dearer-{one.number}-{file.name}") for file in written if file.name.startswith(own)]


def plan_file(session: Session, actor: Actor, plan_id: uuid.UUID, name: str) -> SweepFile:
    """One file by its name. Raises as :func:`plan_files`, and NotFound when there is none of that name."""
    found = next((file for file in plan_files(session, actor, plan_id) if file.name == name), None)
    if found is None:
        raise NotFound("not_found")
    return found
