"""The message a wallet contract of TON is asked to sign: versions 3, 4 and 5, each with its own layout. Pure.

Versions 3 and 4 read the signature before the message, version 5 after it; what is signed is the hash of the message's root cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chains.ton import cells

MODE = 3
"""Fees apart from the amount, and no halt at an action that cannot be done: the mode wallets use, and version 5 demands."""

SIGNED = 0x7369676E
SEND = 0x0EC3C86D

VERSIONS = {
    "b61041a58a7980b946e8fb9e198e3c904d24799ffa36574ea4251c41a566f581": "v3r1",
    "84dafa449f98a6987789ba232358072bc0f76dc4524002a5d0918b9a75d2d599": "v3r2",
    "64dd54805522c5be8a9db59cea0105ccf0d08786ca79beb8cb79e880a8d7322d": "v4r1",
    "feb5ff6820e2ff0d9483e7e0d62c817d846789fb4ae580c878866d959dabd5c0": "v4r2",
    "20834b7b72b112147e1b2fb457b84e74d1a30f04f737d4f62a668e9552d2b72f": "v5r1",
}
"""Wallet versions by the hash of their code, as published."""


@dataclass(frozen=True)
class State:
    """A wallet as the chain has it."""

    version: str
    seqno: int
    number: int
    balance: int


@dataclass(frozen=True)
class Unsigned:
    """A message to be signed, taken apart: ``layout`` is ``v3``, ``v4`` or ``v5``, ``body`` the cell that is sent along."""

    layout: str
    number: int
    valid_until: int
    seqno: int
    mode: int
    bounce: bool
    destination: str
    value: int
    body: Any


def state(version: str, data: Any, balance: int) -> State:
    """The numbers in the data cell of a wallet of ``version``. Raises ``ValueError`` when they are not there."""
    reader = cells.opened(data)
    try:
        if version.startswith("v5"):
            if not reader.load_bool():
                raise ValueError("signatures are not allowed")
        return State(version, reader.load_uint(32), reader.load_uint(32), balance)
    except IndexError as error:
        raise ValueError("not the data of a wallet") from error


def written(wallet: State, destination: str, value: int, body: Any, *, valid_until: int, bounce: bool) -> Any:
    """The root cell to be signed: one message of ``value`` to ``destination``, in raw form."""
    message = cells.builder().store_bits("01").store_bit(int(bounce)).store_bits("0").store_bits("00")
    message.store_address(cells.address(destination)).store_coins(value)
    message.store_bit(0).store_coins(0).store_coins(0).store_uint(0, 64).store_uint(0, 32)
    sent = message.store_bit(0).store_bit(1).store_ref(body).end_cell()
    root = cells.builder()
    if wallet.version.startswith("v5"):
        actions = cells.builder().store_ref(cells.builder().end_cell()).store_uint(SEND, 32).store_uint(MODE, 8)
        root.store_uint(SIGNED, 32).store_uint(wallet.number, 32).store_uint(valid_until, 32).store_uint(
            wallet.seqno, 32
        )
        return root.store_bit(1).store_ref(actions.store_ref(sent).end_cell()).store_bit(0).end_cell()
    root.store_uint(wallet.number, 32).store_uint(valid_until, 32).store_uint(wallet.seqno, 32)
    if wallet.version.startswith("v4"):
        root.store_uint(0, 8)
    return root.store_uint(MODE, 8).store_ref(sent).end_cell()


def taken_apart(data: bytes) -> Unsigned:
    """The file of a plan read anew. Raises ``ValueError`` for anything but one message of a known layout."""
    root = cells.from_bytes(data)
    reader = cells.opened(root)
    size = reader.remaining_bits
    try:
        if size == 130 and reader.load_uint(32) == SIGNED:
            layout, number, until, seqno = "v5", reader.load_uint(32), reader.load_uint(32), reader.load_uint(32)
            if not reader.load_bool() or reader.load_bool():
                raise ValueError("not one list of actions")
            mode, sent = _only_action(cells.opened(reader.load_ref()))
        elif size in (104, 112):
            number, until, seqno = reader.load_uint(32), reader.load_uint(32), reader.load_uint(32)
            layout = "v3" if size == 104 else "v4"
            if layout == "v4" and reader.load_uint(8):
                raise ValueError("not a plain transfer")
            mode, sent = reader.load_uint(8), cells.opened(reader.load_ref())
        else:
            raise ValueError("no known layout")
        if reader.remaining_refs:
            raise ValueError("more than one message")
        return _message(layout, number, until, seqno, mode, sent)
    except ValueError:
        raise
    except Exception as error:  # the library raises whatever it meets in wrong bits
        raise ValueError("not a wallet's message") from error


def _only_action(reader: Any) -> tuple[int, Any]:
    before = cells.opened(reader.load_ref())
    if before.remaining_bits or before.remaining_refs or reader.load_uint(32) != SEND:
        raise ValueError("not one message")
    mode, sent = reader.load_uint(8), cells.opened(reader.load_ref())
    if reader.remaining_bits or reader.remaining_refs:
        raise ValueError("more than one message")
    return mode, sent


def _message(layout: str, number: int, until: int, seqno: int, mode: int, sent: Any) -> Unsigned:
    if sent.load_uint(2) != 1:
        raise ValueError("not an internal message")
    bounce = bool(sent.load_bit())
    if sent.load_uint(3):
        raise ValueError("a source or a bounce is not for a wallet to write")
    destination, value = cells.account(sent.load_address()), sent.load_coins()
    if destination is None or sent.load_bit() or sent.load_coins() or sent.load_coins() or sent.load_uint(96):
        raise ValueError("more than coins")
    if sent.load_bit() or not sent.load_bit():
        raise ValueError("an initial state, or a body in place")
    body = sent.load_ref()
    if sent.remaining_bits or sent.remaining_refs:
        raise ValueError("more than a message")
    return Unsigned(layout, number, until, seqno, mode, bounce, destination, value, body)
