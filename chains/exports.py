"""Files of a plan for whoever signs: each taken apart again and compared with the steps before it leaves. Pure; holds no keys.

Formats: ``safe`` (a batch of the Safe transaction builder, one for each Safe), ``psbt`` (BIP-174), ``raw`` (the unsigned
transaction with what is signed of it), ``fireblocks`` (the body of Fireblocks' "create transaction", one for each step, and for
each source where a step has several). A family that sends has ``exports`` beside its ``sending`` (:class:`Exporting`).
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any, Protocol, cast

from chains.errors import ChainError, NodeMistaken
from chains.sending import Step, step_to_json
from chains.sweep import SweepFile
from chains.types import Network

FORMATS = ("safe", "psbt", "raw", "fireblocks")
EXPORTING: Mapping[str, str] = {"evm": "chains.evm.exports", "utxo": "chains.utxo.exports"}

_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,120}")


class FileDiffers(ChainError):
    """A file that would leave is not what the steps say; ``differing`` names what."""

    code = "file_differs"

    def __init__(self, name: str, differing: Sequence[str]) -> None:
        super().__init__(f"{name}: {', '.join(differing)}")
        self.differing = tuple(differing)


@dataclass(frozen=True)
class Names:
    """What the operator's custodian calls things: ``assets`` by CAIP-19 id or contract, ``vaults`` by address."""

    assets: Mapping[str, str] = field(default_factory=dict)
    vaults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Export:
    """A plan to hand out: its id, when it was made, and its steps in their order.

    ``exact``: other bytes of the same steps may be out there already, so only forms that fix nonce or inputs are written.
    A signer that chose its own would pay a second time.
    """

    plan: uuid.UUID
    at: datetime
    network: Network
    steps: tuple[Step, ...]
    names: Names = Names()
    exact: bool = False

    def reference(self, place: int, part: int = 0) -> str:
        """The id a custodian knows a part of step ``place`` by: the same for the same step, another for a replacement."""
        text = json.dumps(step_to_json(self.steps[place]), sort_keys=True)
        return str(uuid.uuid5(self.plan, f"{place}.{part}:{hashlib.sha256(text.encode()).hexdigest()}"))


class Exporting(Protocol):
    """What the module ``exports`` of a family offers."""

    def write(self, export: Export, format: str) -> list[SweepFile]:
        """The files of one of :data:`FORMATS`; none where the family, the network or the steps have no such form."""
        ...

    def differing(self, export: Export, file: SweepFile) -> list[str]:
        """Names of what in ``file`` is not what the steps say; empty when it is exactly them."""
        ...


def files(export: Export, formats: Sequence[str] = FORMATS) -> tuple[SweepFile, ...]:
    """The files of ``formats``, each compared with the steps. Raises :class:`FileDiffers`; ``ValueError``: unknown format."""
    if unknown := set(formats) - set(FORMATS):
        raise ValueError(f"no such format: {', '.join(sorted(unknown))}")
    module = _exporting(export.network.family)
    if module is None or not export.steps:
        return ()
    found = [file for format in formats for file in module.write(export, format)]
    for file in found:
        if wrong := differing(export, file):
            raise FileDiffers(file.name, wrong)
    if len({file.name for file in found}) != len(found) or not all(_NAME.fullmatch(file.name) for file in found):
        raise FileDiffers("names", ["names"])
    return tuple(found)


def differing(export: Export, file: SweepFile) -> list[str]:
    """What in ``file`` is not what the steps of ``export`` say. Pure; never raises for what is in the file."""
    module = _exporting(export.network.family)
    if module is None:
        return ["format"]
    try:
        wrong = module.differing(export, file)
        return wrong if file in module.write(export, file.format) else [*wrong, "bytes"]
    except (NodeMistaken, ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError):
        return ["file_not_understood"]


def text(value: Any) -> bytes:
    """A value as these files write it."""
    return json.dumps(value, indent=2, ensure_ascii=False).encode()


def units(amount: int, decimals: int) -> str:
    """An amount of base units as custodians write it: a decimal fraction of whole coins, exact."""
    if not decimals:
        return str(amount)
    whole, rest = divmod(amount, 10**decimals)
    return f"{whole}.{rest:0{decimals}d}".rstrip("0").rstrip(".")


def base_units(text: str, decimals: int) -> int:
    """The inverse of :func:`units`. Raises ``ValueError`` for anything else."""
    whole, _, rest = text.partition(".")
    if not (whole + rest).isascii() or not (whole + rest).isdigit() or not whole or len(rest) > decimals:
        raise ValueError("no amount")
    return int(whole + rest.ljust(decimals, "0"))


def request(export: Export, place: int, source: str, operation: str, *, part: int = 0, **more: Any) -> dict[str, Any]:
    """What Fireblocks' "create transaction" wants of every operation. Ids it knows are left open where nobody named them."""
    return {
        "operation": operation,
        "externalTxId": export.reference(place, part),
        "assetId": export.names.assets.get(export.network.native.asset),
        "source": {"type": "VAULT_ACCOUNT", "id": export.names.vaults.get(source)},
        "note": f"{export.steps[place].purpose} {export.plan}/{place}",
        **more,
    }


def raw_messages(contents: Sequence[str]) -> dict[str, Any]:
    """The hashes to sign, in hexadecimal without prefix, as a raw signing wants them."""
    messages = [{"content": content.removeprefix("0x")} for content in contents]
    return {"rawMessageData": {"messages": messages, "algorithm": "MPC_ECDSA_SECP256K1"}}


@cache
def _exporting(family: str) -> Exporting | None:
    path = EXPORTING.get(family)
    return None if path is None else cast("Exporting", import_module(path))
