"""The page of a plan's files, and what a browser is given for one."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from chains.sweep import SweepFile
from recovery.errors import Conflict
from recovery.web import plan_files as pages

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
