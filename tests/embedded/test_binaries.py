"""What the installers are told about the machine they run on."""

from __future__ import annotations

from pathlib import Path

import pytest

from recovery.embedded import binaries, parts


def test_npm_trusts_what_the_machine_trusts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = tmp_path / "authorities.pem"
    bundle.write_text("")
    monkeypatch.delenv("NODE_EXTRA_CA_CERTS", raising=False)
    monkeypatch.setattr(binaries, "AUTHORITIES", (str(tmp_path / "none"), str(bundle)))
    monkeypatch.setattr(binaries, "_has_npm", lambda: True)
    assert binaries._npm() == (["npm"], {"NODE_EXTRA_CA_CERTS": str(bundle)})
    monkeypatch.setenv("NODE_EXTRA_CA_CERTS", "/ours.pem")
    assert binaries._npm() == (["npm"], {})


def test_a_run_without_a_sample_chain_says_why_nobody_can_sign_in(tmp_path: Path) -> None:
    plan = parts.Plan.make(tmp_path, {})
    plan.door.close()
    assert "No sample sign-ins" in plan.welcome()
    assert "recovery person add" in plan.welcome()
