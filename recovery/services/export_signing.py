"""The key an installation signs its exports with (Ed25519). It moves no coins and proves only where an export is from."""

from __future__ import annotations

import os
from pathlib import Path

from nacl.signing import SigningKey

KEY_FILE = "export_key"


def signature_of(seal: str, home: Path) -> dict[str, str]:
    """The signature over a manifest's seal, as it stands in the manifest."""
    key = _own_key(home)
    return {
        "algorithm": "ed25519",
        "public_key": bytes(key.verify_key).hex(),
        "value": key.sign(seal.encode()).signature.hex(),
    }


def public_key(home: Path) -> str:
    """What an auditor writes down once, and every later export must be signed with (hex)."""
    return bytes(_own_key(home).verify_key).hex()


def _own_key(home: Path) -> SigningKey:
    """The key of this installation: made at the first export, readable by its owner alone, and kept."""
    path = home / KEY_FILE
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = path.with_name(f".{KEY_FILE}.{os.getpid()}")
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(bytes(SigningKey.generate()).hex() + "\n")
        try:
            os.link(unfinished, path)  # fails when somebody was faster: theirs is the key then
        except FileExistsError:
            pass
        finally:
            unfinished.unlink()
    return SigningKey(bytes.fromhex(path.read_text().strip()))
