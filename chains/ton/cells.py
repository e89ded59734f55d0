"""The one door to the library that knows cells and bags of cells. It is imported when it is used; start-up stays light.

What it gives has no types worth keeping: cells have ``hash``, ``bits`` and ``refs``, readers ``load_…``, builders ``store_…``.
"""

from __future__ import annotations

import base64
from typing import Any

from chains.errors import NodeMistaken

LONGEST = 128 * 1024
"""Characters a bag of cells may have."""


def from_text(text: str) -> Any:
    """The one root cell of a bag of cells in base64. Raises :class:`NodeMistaken`."""
    if len(text) > LONGEST:
        raise NodeMistaken("a bag of cells is too large")
    try:
        return from_bytes(base64.b64decode(text, validate=True))
    except ValueError as error:
        raise NodeMistaken("not a bag of cells") from error


def from_bytes(data: bytes) -> Any:
    """The one root cell of a bag of cells. Raises ``ValueError`` for anything else."""
    from pytoniq_core.boc.cell import Cell

    try:
        return Cell.one_from_boc(data)
    except Exception as error:  # the library raises whatever it meets in wrong bytes
        raise ValueError("not a bag of cells") from error


def opened(cell: Any) -> Any:
    """A reader at the beginning of ``cell``."""
    return cell.begin_parse()


def builder() -> Any:
    """An empty cell to write."""
    from pytoniq_core.boc.builder import Builder

    return Builder()


def address(raw: str) -> Any:
    """``workchain:hex`` as builders store it."""
    from pytoniq_core.boc.address import Address

    return Address(raw)


def account(loaded: Any) -> str | None:
    """``workchain:hex`` of an address a reader loaded, ``None`` for the empty one.

    Raises ``ValueError`` for one outside the chain, or with a rewritten prefix (anycast), which no account of today has.
    """
    if loaded is None:
        return None
    if not hasattr(loaded, "hash_part") or loaded.anycast is not None:
        raise ValueError("not the address of an account")
    return f"{loaded.wc}:{loaded.hash_part.hex()}"
