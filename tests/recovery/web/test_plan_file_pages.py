"""The page of a plan's files, and what a browser is given for one."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from chains.sweep import SweepFile
from config.settings import Settings
from recovery.app import create_app
from recovery.errors import Conflict
from recovery.models import PlanStep
from recovery.queries.attempts import attempts_of
from recovery.services import people
from recovery.web import plan_files as pages
from tests.recovery.desk import Desk, sign
from tests.recovery.services.test_replacements import SWEEP, dearer, hand_in, offer
from tests.recovery.web.conftest import PASSWORD, CountingLimits, token_in

FILES = (SweepFile("1-sweep.psbt", "psbt", b"psbt\xff"), SweepFile("1-sweep.json", "raw", b'{"hex": "<b>"}'))


def test_files_are_listed_and_saved(client_of: Callable[[str], FlaskClient], monkeypatch: pytest.MonkeyPatch) -> None:
    plan = uuid.uuid4()
    asked = []

    def listed(_: object, actor: object, plan_id: uuid.UUID) -> tuple[SweepFile, ...]:
        asked.append(plan_id)
        return FILES

    monkeypatch.setattr(pages, "plan_files", listed)
    monkeypatch.setattr(pages, "plan_file", lambda *_: FILES[1])
    client = client_of("wallet")
    page = client.get(f"/plans/{plan}/files").text
    assert asked == [plan]
    assert all(f'href="/plans/{plan}/files/{file.name}"' in page for file in FILES)
    assert "Partially signed Bitcoin transaction" in page
    saved = client.get(f"/plans/{plan}/files/1-sweep.json")
    assert saved.data == FILES[1].body
    assert saved.headers["Content-Type"] == "application/octet-stream"
    assert saved.headers["Content-Disposition"] == 'attachment; filename="1-sweep.json"'
    assert client_of("depositor").get(f"/plans/{plan}/files").status_code == 404
    monkeypatch.setattr(pages, "plan_files", lambda *_: ())
    assert "There are no files" in client.get(f"/plans/{plan}/files").text


def test_a_dearer_transaction_stands_below_the_one_it_replaces(
    desk: Desk, module_database_url: str, tmp_path: Path
) -> None:
    ref, plan = desk.released(desk.fresh_nonce())
    desk.record(plan)
    desk.move("wallet", ref, "raise_fee_sweep")
    step = dearer(desk.steps(plan)[SWEEP])
    offer(desk, plan, {SWEEP: step})
    with signed_in(desk, module_database_url, tmp_path) as client:
        (waiting,) = shown(client, ref)
        assert "replacement 1" in waiting
        assert "to be signed" in waiting
        assert f'class="num">{step.nonce}</td>' in waiting
        assert "dearer-1-2-sweep.json" in client.get(f"/plans/{plan.id}/files").text
        assert "Files for the signer" in client.get(f"/cases/{ref}").text
        hand_in(desk, plan, 1, sign(step))
        assert "Files for the signer" not in client.get(f"/cases/{ref}").text
        (signed,) = shown(client, ref)
        assert "to be signed" not in signed
        with desk.database.unit_of_work() as session:
            row = session.get_one(PlanStep, (plan.id, SWEEP))
            row.mined_hash, row.state = attempts_of(session, row)[1].hash, "final"
        assert "this one is in the chain" in shown(client, ref)[0]


def shown(client: FlaskClient, ref: str) -> list[str]:
    """The rows of the page that show a replacement."""
    return re.findall(r'<tr data-testid="replacement">.*?</tr>', client.get(f"/cases/{ref}").text, re.DOTALL)


@contextmanager
def signed_in(desk: Desk, url: str, home: Path) -> Iterator[FlaskClient]:
    """A browser of a member of the wallet team, at this desk."""
    with desk.database.unit_of_work() as session:
        email = f"{uuid.uuid4().hex}@example.org"
        people.add_person(session, email=email, display_name="Wallet", roles=["wallet"], password=PASSWORD)
    settings = Settings(
        database_url=url, redis_url="redis://127.0.0.1:1/0", home=home, secret_key="k" * 40, sandbox=True
    )
    app = create_app(settings, limits=CountingLimits())
    client = app.test_client()
    fields = {"csrf_token": token_in(client.get("/sign-in").text), "email": email, "password": PASSWORD}
    assert client.post("/sign-in", data=fields).status_code == 303
    yield client
    app.extensions["database"].close()


def test_a_plan_that_is_not_at_the_signer_has_none(
    client_of: Callable[[str], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise Conflict("plan_not_released")

    monkeypatch.setattr(pages, "plan_files", refused)
    answer = client_of("wallet").get(f"/plans/{uuid.uuid4()}/files")
    assert answer.status_code == 409
    assert "This plan is not at the signer." in answer.text


def test_a_plan_nobody_knows(client_of: Callable[[str], FlaskClient]) -> None:
    assert client_of("wallet").get(f"/plans/{uuid.uuid4()}/files").status_code == 404
    assert client_of("wallet").get(f"/plans/{uuid.uuid4()}/files/x").status_code == 404
