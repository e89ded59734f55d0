"""What is to move, and the unsigned transaction that moves it: the values of :mod:`chains.planning`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class SweepOrder:
    """What is to move. ``amount`` is in base units of ``contract`` (``None``: the native coin), what must arrive.

    ``memo`` is the destination's (a tag, a text). ``outpoints`` are the UTXO family's ``txid:vout`` to spend, the network cost
    being taken from what they hold. ``payer`` pays the network cost where a chain lets another than ``source`` do so.
    """

    contract: str | None
    amount: int
    source: str
    destination: str
    memo: str | None = None
    outpoints: tuple[str, ...] = ()
    payer: str | None = None


@dataclass(frozen=True)
class SweepFile:
    """A file a signer takes. ``format`` is a stable word: ``psbt``, ``tron_raw_data``, ``solana_message`` …"""

    name: str
    format: str
    body: bytes


@dataclass(frozen=True)
class SweepPlan:
    """An unsigned transfer. ``fields`` is what the file says, in words and decimal strings, for people and programs.

    ``cost`` is the most the network may take, in base units of the native coin, ``None`` where it cannot be known.
    ``expires`` is when the chain stops accepting it. ``steps`` are codes of an instruction, for networks without a file.
    """

    network: str
    form: str
    fields: Mapping[str, Any]
    files: tuple[SweepFile, ...] = ()
    cost: int | None = None
    expires: datetime | None = None
    warnings: tuple[str, ...] = ()
    steps: tuple[str, ...] = field(default=())
