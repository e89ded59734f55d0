"""The compiled contracts belong to the sources beside them."""

from __future__ import annotations

import pytest

from sandbox.artifacts import FOLDER, artifacts


def test_every_source_is_the_one_that_was_compiled() -> None:
    assert {path.name for path in FOLDER.glob("*.sol")} == {artifact.source.name for artifact in artifacts().values()}
    for artifact in artifacts().values():
        assert artifact.source_sha256() == artifact.sha256, f"{artifact.source.name} needs compiling again"


def test_a_call_is_encoded_by_the_abi() -> None:
    recipient = "0x" + "11" * 20
    data = artifacts()["SampleToken"].call("transfer", recipient, 5)
    assert data.hex() == "a9059cbb" + "0" * 24 + "11" * 20 + f"{5:064x}"
    with pytest.raises(KeyError):
        artifacts()["SampleToken"].call("mint", recipient, 5)
