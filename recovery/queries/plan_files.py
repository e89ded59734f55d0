"""Files of a plan at the signer, in the forms that signers take; see :mod:`chains.exports`."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from chains.catalogue import networks
from chains.exports import FORMATS, Export, FileDiffers, Names, files
from chains.sweep import SweepFile
from recovery.domain.actor import Actor
from recovery.domain.settlement import stored_step
from recovery.errors import Conflict, NotFound
from recovery.models import Plan, PlanStep
from recovery.queries.plans import READERS


def plan_files(
    session: Session, actor: Actor, plan_id: uuid.UUID, formats: Sequence[str] = FORMATS, names: Names | None = None
) -> tuple[SweepFile, ...]:
    """The files of one plan, each compared with its released steps.

    Raises NotFound, also for somebody who may not read plans; Conflict for a plan that is not at the signer, and for a file that
    would say something else than its steps.
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
    if plan.state != "released" or network is None:
        # Before, the teams have not approved it. Afterwards its bytes are out: whoever carries a file out then pays twice.
        raise Conflict("plan_not_released")
    rows = session.scalars(select(PlanStep).where(PlanStep.plan_id == plan.id).order_by(PlanStep.index))
    steps = tuple(stored_step(row.unsigned) for row in rows)
    try:
        return files(Export(plan.id, plan.at, network, steps, names or Names()), formats)
    except FileDiffers as error:
        raise Conflict(error.code) from error


def plan_file(session: Session, actor: Actor, plan_id: uuid.UUID, name: str) -> SweepFile:
    """One file by its name. Raises as :func:`plan_files`, and NotFound when there is none of that name."""
    found = next((file for file in plan_files(session, actor, plan_id) if file.name == name), None)
    if found is None:
        raise NotFound("not_found")
    return found
