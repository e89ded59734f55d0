"""Settings of one installation, read once from the environment and frozen.

Whatever is missing or malformed is named in the error, so that a start fails with the name of what to set.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from config.nodes import PREFIX, nodes_from_env
from config.prices import PriceSource, WrongSources, read_sources

NODE_URL = re.compile(r"(?:[a-z]+\+)?https?://")
"""An interface may stand in front of the scheme (``blockbook+https://…``)."""
LOG_LEVELS = frozenset({"DEBUG", "INFO", "WARNING", "ERROR"})


class SettingsError(Exception):
    """A setting is missing or malformed; the message begins with the name of its environment variable."""

    def __init__(self, name: str, problem: str) -> None:
        self.name = name
        super().__init__(f"{name} {problem}")


@dataclass(frozen=True)
class Settings:
    """One installation.

    ``database_url`` and ``redis_url`` are empty only when read with ``services=False``. ``nodes`` maps a network's
    slug to its node URLs; ``public_nodes`` lets the catalogue's well-known ones stand in for a first try.
    ``sandbox`` adds the local sample chain and its sign-ins. ``max_body_bytes`` bounds a
    request's body, ``max_reference_chars`` what is pasted into the one field. ``screening_url`` is a tool that is asked about
    senders and destinations, with ``screening_token`` in the header ``screening_header``; empty: only the imported lists.
    ``price_sources`` are asked every ``price_seconds``; empty: prices are imported, or entered by two people.
    ``ledger``: credits are made by the exchange's ledger, which fetches what is wanted of it, or is told at
    ``ledger_push_url``, and is asked at ``ledger_status_url``; messages either way are signed with ``ledger_secret``. Without
    it the book of credits kept here answers.
    ``smtp_url`` (``smtp://user:password@host:port``, ``smtps://``) takes notices to owners, from ``mail_from``; empty: they only
    stand on the pages.
    """

    database_url: str = field(repr=False)  # may hold a password
    redis_url: str = field(repr=False)
    home: Path
    secret_key: str = field(repr=False)
    sandbox: bool = False
    nodes: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)  # URLs may hold access keys
    public_nodes: bool = False
    base_url: str = "http://127.0.0.1:8000"
    session_idle_minutes: int = 30
    session_absolute_minutes: int = 720
    step_up_minutes: int = 5
    max_body_bytes: int = 1_048_576
    max_reference_chars: int = 2_048
    trusted_proxies: int = 0
    screening_url: str = field(default="", repr=False)  # may hold an access key
    screening_header: str = "Authorization"
    screening_token: str = field(default="", repr=False)
    screening_seconds: int = 10
    price_sources: tuple[PriceSource, ...] = ()
    price_seconds: int = 240
    ledger: bool = False
    ledger_push_url: str = field(default="", repr=False)
    ledger_status_url: str = field(default="", repr=False)
    ledger_secret: str = field(default="", repr=False)
    ledger_token: str = field(default="", repr=False)
    ledger_seconds: int = 10
    smtp_url: str = field(default="", repr=False)  # may hold a password
    mail_from: str = "recovery@localhost"
    log_level: str = "INFO"

    @property
    def host(self) -> str:
        """Host and port people reach the desk at, as proofs of ownership name it."""
        return urlsplit(self.base_url).netloc.rpartition("@")[2].lower()

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, *, services: bool = True) -> Settings:
        """Read the environment (``os.environ`` unless given).

        With ``services=False`` the database, the queue and the secret key may be absent: for commands that start the
        embedded database themselves. Raises SettingsError naming the variable.
        """
        env = os.environ if environ is None else environ
        home = home_folder(env)
        return cls(
            database_url=_database_url(env, required=services),
            redis_url=_required(env, "RECOVERY_REDIS_URL") if services else env.get("RECOVERY_REDIS_URL", ""),
            home=home,
            secret_key=_secret_key(env, home, required=services),
            sandbox=_flag(env, "RECOVERY_SANDBOX"),
            nodes=checked_nodes(env),
            public_nodes=_flag(env, "RECOVERY_PUBLIC_NODES"),
            base_url=_url(env, "RECOVERY_BASE_URL", "http://127.0.0.1:8000"),
            session_idle_minutes=_number(env, "RECOVERY_SESSION_IDLE_MINUTES", 30, least=1),
            session_absolute_minutes=_number(env, "RECOVERY_SESSION_ABSOLUTE_MINUTES", 720, least=1),
            step_up_minutes=_number(env, "RECOVERY_STEP_UP_MINUTES", 5, least=1),
            max_body_bytes=_number(env, "RECOVERY_MAX_BODY_BYTES", 1_048_576, least=1_024),
            max_reference_chars=_number(env, "RECOVERY_MAX_REFERENCE_CHARS", 2_048, least=128),
            trusted_proxies=_number(env, "RECOVERY_TRUSTED_PROXIES", 0, least=0),
            screening_url=_url(env, "RECOVERY_SCREENING_URL", "")
            if env.get("RECOVERY_SCREENING_URL", "").strip()
            else "",
            screening_header=_header(env, "RECOVERY_SCREENING_HEADER", "Authorization"),
            screening_token=_header(env, "RECOVERY_SCREENING_TOKEN", ""),
            screening_seconds=_number(env, "RECOVERY_SCREENING_TIMEOUT", 10, least=1),
            price_sources=_price_sources(env),
            price_seconds=_number(env, "RECOVERY_PRICES_SECONDS", 240, least=10),
            **_ledger(env),
            smtp_url=_mail_server(env, "RECOVERY_SMTP_URL"),
            mail_from=_header(env, "RECOVERY_MAIL_FROM", "recovery@localhost"),
            log_level=_log_level(env),
        )


def _ledger(env: Mapping[str, str]) -> dict[str, Any]:
    """The settings of the exchange's ledger. Raises SettingsError for half of them."""
    urls = {name: env.get(f"RECOVERY_LEDGER_{name}", "").strip() for name in ("PUSH_URL", "STATUS_URL")}
    on = _flag(env, "RECOVERY_LEDGER")
    secret = _secret(env, "RECOVERY_LEDGER_SECRET_FILE")
    if not on and (any(urls.values()) or secret):
        raise SettingsError("RECOVERY_LEDGER", "must be 1 when anything else of the ledger is set")
    if urls["PUSH_URL"] and not secret:
        raise SettingsError("RECOVERY_LEDGER_SECRET_FILE", "is not set, and what is pushed must be signed")
    return {
        "ledger": on,
        "ledger_push_url": _url(env, "RECOVERY_LEDGER_PUSH_URL", "") if urls["PUSH_URL"] else "",
        "ledger_status_url": _url(env, "RECOVERY_LEDGER_STATUS_URL", "") if urls["STATUS_URL"] else "",
        "ledger_secret": secret,
        "ledger_token": _header(env, "RECOVERY_LEDGER_TOKEN", ""),
        "ledger_seconds": _number(env, "RECOVERY_LEDGER_TIMEOUT", 10, least=1),
    }


def _secret(env: Mapping[str, str], name: str) -> str:
    """A secret of at least 32 characters in a file, empty when none is named."""
    path = env.get(name, "").strip()
    if not path:
        return ""
    try:
        text = Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError):
        raise SettingsError(name, "names a file that cannot be read") from None
    if len(text) < 32 or not text.isascii():
        raise SettingsError(name, "names a file with fewer than 32 characters, or others than ASCII")
    return text


def home_folder(environ: Mapping[str, str]) -> Path:
    """The folder of the embedded state: ``RECOVERY_HOME``, or ``.recovery`` beside the sources."""
    named = environ.get("RECOVERY_HOME", "").strip()
    return Path(named).absolute() if named else Path(__file__).resolve().parent.parent / ".recovery"


def checked_nodes(environ: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Node URLs by network slug. Raises SettingsError for what is no http(s) URL; the value is not repeated, as it may
    hold a key."""
    nodes = nodes_from_env(environ)
    for slug, urls in nodes.items():
        if not all(NODE_URL.match(url) for url in urls):
            name = f"{PREFIX}{slug.upper().replace('-', '_')}"
            raise SettingsError(name, "must be a comma-separated list of http:// or https:// URLs")
    return nodes


def make_secret_key(home: Path) -> Path:
    """The file of this installation's secret key, written once (mode 0600) and kept."""
    path = home / "secret_key"
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
    return path


def _required(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "").strip()
    if not value:
        raise SettingsError(name, "is not set")
    return value


def _database_url(env: Mapping[str, str], *, required: bool) -> str:
    name = "RECOVERY_DATABASE_URL"
    value = _required(env, name) if required else env.get(name, "").strip()
    if not value:
        return ""
    scheme, separator, rest = value.partition("://")
    if not separator or scheme not in {"postgres", "postgresql", "postgresql+psycopg"}:
        raise SettingsError(name, "must begin with postgresql://")
    return f"postgresql+psycopg://{rest}"


def _secret_key(env: Mapping[str, str], home: Path, *, required: bool) -> str:
    name = "RECOVERY_SECRET_KEY_FILE"
    path = Path(env.get(name) or home / "secret_key")
    try:
        key = path.read_text().strip()
    except OSError:
        if required:
            raise SettingsError(name, f"is not set, and {path} cannot be read") from None
        return ""
    if len(key) < 32:
        raise SettingsError(name, "names a file with fewer than 32 characters")
    return key


def _flag(env: Mapping[str, str], name: str) -> bool:
    value = env.get(name, "").strip().lower()
    if value in {"", "0", "false", "no"}:
        return False
    if value in {"1", "true", "yes"}:
        return True
    raise SettingsError(name, "must be 1 or 0")


def _number(env: Mapping[str, str], name: str, default: int, *, least: int) -> int:
    value = env.get(name, "").strip()
    if not value:
        return default
    if not (value.isascii() and value.isdigit() and len(value) < 12 and int(value) >= least):
        raise SettingsError(name, f"must be a whole number of at least {least}")
    return int(value)


def _url(env: Mapping[str, str], name: str, default: str) -> str:
    value = env.get(name, "").strip() or default
    if not value.startswith(("http://", "https://")):
        raise SettingsError(name, "must begin with http:// or https://")
    return value.rstrip("/")


def _mail_server(env: Mapping[str, str], name: str) -> str:
    """Where notices to owners are handed over; empty when there is none."""
    value = env.get(name, "").strip()
    if value and (urlsplit(value).scheme not in ("smtp", "smtps") or not urlsplit(value).hostname):
        raise SettingsError(name, "must begin with smtp:// or smtps://")
    return value


def _header(env: Mapping[str, str], name: str, default: str) -> str:
    """The name or the value of a request header: visible ASCII and spaces, so that it cannot begin another one."""
    value = env.get(name, "").strip() or default
    if not (value.isascii() and value.isprintable()):
        raise SettingsError(name, "must be plain text of one line")
    return value


def _price_sources(env: Mapping[str, str]) -> tuple[PriceSource, ...]:
    """What the file of price sources says, if one is named."""
    name = "RECOVERY_PRICES"
    path = env.get(name, "").strip()
    try:
        return read_sources(Path(path), env) if path else ()
    except WrongSources as wrong:
        raise SettingsError(name, f"names {path}, which {wrong}") from None


def _log_level(env: Mapping[str, str]) -> str:
    value = env.get("RECOVERY_LOG_LEVEL", "").strip().upper() or "INFO"
    if value not in LOG_LEVELS:
        raise SettingsError("RECOVERY_LOG_LEVEL", f"must be one of {', '.join(sorted(LOG_LEVELS))}")
    return value
