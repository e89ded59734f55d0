"""The hash of a message, made anew from its fields: what ties an amount to a hash, and what a message from outside is called.

Wallets show the *normalised* hash of the message they sent (TEP-467): without a source, import fee or initial state, the body in
a cell of its own. Pure.
"""

from __future__ import annotations

from typing import Any

from chains.ton import cells
from chains.ton.fields import Message


def names(message: Message) -> frozenset[str]:
    """All hashes by which people and explorers name ``message``."""
    found = {message.hash}
    if message.source is None and message.destination is not None and message.body is not None:
        found.add(_outside(message.destination, cells.from_text(message.body)))
    elif message.normal_hash is not None:
        found.add(message.normal_hash)
    return frozenset(found)


def _outside(destination: str, body: Any) -> str:
    head = cells.builder().store_bits("1000").store_address(cells.address(destination)).store_coins(0)
    return str(head.store_bit(0).store_bit(1).store_ref(body).end_cell().hash.hex())


def proven(message: Message) -> bool | None:
    """Whether the hash is of these fields; ``None`` when not all that it covers is shown (an initial state, other coins)."""
    if message.source is None or message.destination is None or message.body is None or not message.plain:
        return None
    try:
        return message.hash in _inside(message, cells.from_text(message.body))
    except Exception:  # noqa: BLE001 - the library raises whatever it meets in fields no message can have
        return False


def _inside(message: Message, body: Any) -> set[str]:
    """The hashes of both layouts: the body in place where there is room, or in a cell of its own."""
    found: set[str] = set()
    source, destination = cells.address(message.source or ""), cells.address(message.destination or "")
    for apart in (True, False):
        head = cells.builder().store_bits("0").store_bit(int(message.ihr_disabled))
        head.store_bit(int(message.bounce)).store_bit(int(message.bounced))
        head.store_address(source).store_address(destination)
        head.store_coins(message.value).store_bit(0).store_coins(message.ihr_fee_written).store_coins(message.fwd_fee)
        head.store_uint(message.lt, 64).store_uint(message.created, 32).store_bit(0).store_bit(int(apart))
        if apart:
            head.store_ref(body)
        elif len(body.bits) <= head.available_bits and len(body.refs) <= head.available_refs:
            head.store_cell(body)
        else:
            continue
        found.add(head.end_cell().hash.hex())
    return found
