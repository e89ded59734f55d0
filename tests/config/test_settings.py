"""Settings name what is missing or malformed."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import Settings, SettingsError, checked_nodes, make_secret_key


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    make_secret_key(tmp_path)
    return {
        "RECOVERY_HOME": str(tmp_path),
        "RECOVERY_DATABASE_URL": "postgresql://user:word@db/recovery",
        "RECOVERY_REDIS_URL": "redis://queue/0",
    }


def test_a_complete_environment(environ: dict[str, str], tmp_path: Path) -> None:
    settings = Settings.from_env(
        environ | {"RECOVERY_NODES_BNB_CHAIN": " http://a:1 , https://b ", "RECOVERY_SANDBOX": "1"}
    )
    assert settings.database_url == "postgresql+psycopg://user:word@db/recovery"
    assert settings.home == tmp_path
    assert settings.nodes == {"bnb-chain": ("http://a:1", "https://b")}
    assert settings.sandbox
    assert len(settings.secret_key) >= 32


def test_nothing_secret_is_printed(environ: dict[str, str]) -> None:
    settings = Settings.from_env(environ | {"RECOVERY_NODES_ETHEREUM": "https://node/key-1234"})
    assert "word" not in repr(settings)
    assert "key-1234" not in repr(settings)
    assert settings.secret_key not in repr(settings)


@pytest.mark.parametrize("name", ["RECOVERY_DATABASE_URL", "RECOVERY_REDIS_URL"])
def test_what_is_missing_is_named(environ: dict[str, str], name: str) -> None:
    del environ[name]
    with pytest.raises(SettingsError, match=f"^{name} is not set"):
        Settings.from_env(environ)


def test_a_missing_secret_key_is_named(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "secret_key").unlink()
    with pytest.raises(SettingsError, match=r"^RECOVERY_SECRET_KEY_FILE "):
        Settings.from_env(environ)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RECOVERY_DATABASE_URL", "sqlite:///file"),
        ("RECOVERY_SANDBOX", "perhaps"),
        ("RECOVERY_SESSION_IDLE_MINUTES", "0"),
        ("RECOVERY_STEP_UP_MINUTES", "٣"),
        ("RECOVERY_BASE_URL", "recovery.example.org"),
        ("RECOVERY_LOG_LEVEL", "LOUD"),
        ("RECOVERY_NODES_ETHEREUM", "ftp://node"),
    ],
)
def test_what_is_malformed_is_named_and_not_repeated(environ: dict[str, str], name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} must ") as caught:
        Settings.from_env(environ | {name: value})
    assert value == "0" or value not in str(caught.value)


def test_empty_node_lists_are_no_nodes() -> None:
    assert checked_nodes({"RECOVERY_NODES_ETHEREUM": "  ", "OTHER": "x"}) == {}


def test_the_secret_key_is_made_once(tmp_path: Path) -> None:
    first = make_secret_key(tmp_path).read_text()
    assert make_secret_key(tmp_path).read_text() == first
