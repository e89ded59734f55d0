"""Files of a plan: only of one at the signer, only for who reads plans, and exactly its steps."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest

from chains import exports
from chains.evm.unsigned import take_apart
from chains.exports import FileDiffers
from recovery.cli import main
from recovery.errors import Conflict, NotFound
from recovery.queries import plan_files as files_module
from recovery.queries.plan_files import plan_file, plan_files
from tests.recovery.desk import Desk


def test_the_files_are_the_released_steps(desk: Desk) -> None:
    _, plan = desk.released(desk.fresh_nonce())
    steps = desk.steps(plan)
    with desk.database.reading() as session:
        found = {file.name: file for file in plan_files(session, desk["signer"], plan.id)}
        again = plan_file(session, desk["signer"], plan.id, "2-sweep.json")
        with pytest.raises(NotFound):
            plan_file(session, desk["signer"], plan.id, "../2-sweep.json")
    raw = [json.loads(found[name].body) for name in ("1-gas_top_up.json", "2-sweep.json")]
    assert again == found["2-sweep.json"]
    for step, row in zip(steps, raw, strict=True):
        said = take_apart(row["unsigned"])
        assert (said.to, said.data, said.nonce) == (step.body["to"], step.body["data"], step.nonce)
        assert (str(said.value), str(said.gas)) == (step.body["value"], step.body["gas"])
    assert {file.format for file in found.values()} == {"safe", "raw", "fireblocks"}


def test_only_of_a_plan_at_the_signer_and_only_for_readers(desk: Desk) -> None:
    ref, plan = desk.released(desk.fresh_nonce())
    other = desk.drafted()
    drafted = desk.plan(other, "sweep")
    assert drafted is not None
    with desk.database.reading() as session:
        for nobody in ("owner", "stranger"):
            with pytest.raises(NotFound):
                plan_files(session, desk[nobody], plan.id)
        with pytest.raises(NotFound):
            plan_files(session, desk["signer"], uuid.uuid4())
        with pytest.raises(Conflict) as refused:
            plan_files(session, desk["signer"], drafted.id)
    assert refused.value.detail == "plan_not_released"
    desk.record(plan)
    with desk.database.reading() as session, pytest.raises(Conflict):
        plan_files(session, desk["signer"], plan.id)
    desk.confirm(ref, "sweep")
    with desk.database.reading() as session, pytest.raises(Conflict):
        plan_files(session, desk["signer"], plan.id)


def test_a_file_that_would_lie_is_not_handed_out(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    _, plan = desk.released(desk.fresh_nonce())

    def lying(*_: object) -> None:
        raise FileDiffers("2-sweep.json", ["to"])

    monkeypatch.setattr(files_module, "files", lying)
    with desk.database.reading() as session, pytest.raises(Conflict) as refused:
        plan_files(session, desk["signer"], plan.id)
    assert refused.value.detail == "file_differs"


def test_the_command_writes_them(
    desk: Desk,
    module_database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, plan = desk.released(desk.fresh_nonce())
    monkeypatch.setenv("RECOVERY_DATABASE_URL", module_database_url)
    asset = "eip155:31337/slip44:60"
    names = tmp_path / "names.json"
    names.write_text(json.dumps({"assets": {asset: "ETH_LOCAL"}, "vaults": {desk.steps(plan)[0].sender: "7"}}))
    out = tmp_path / "files"
    assert main(["plan", "export", str(plan.id), "-o", str(out), "--names", str(names), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {one["name"] for one in told["files"]} == {file.name for file in out.iterdir()}
    request = json.loads((out / "1-gas_top_up-fireblocks.json").read_bytes())
    assert request["source"]["id"] == "7"
    assert uuid.UUID(request["externalTxId"]).version == 5
    only = tmp_path / "safe"
    assert main(["plan", "export", str(plan.id), "--format", "safe", "-o", str(only)]) == 0
    assert all(file.name.startswith("safe-0x") for file in only.iterdir())
    assert main(["plan", "export", str(uuid.uuid4()), "-o", str(only)]) == 1
    names.write_text('{"keys": {}}')
    assert main(["plan", "export", str(plan.id), "-o", str(only), "--names", str(names)]) == 2
    assert main(["plan", "--help"]) == 0
    assert exports.FORMATS == ("safe", "psbt", "raw", "fireblocks")
