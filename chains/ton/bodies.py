"""What a message says: its body as cells, read by the schemes of TEP-62 (items), TEP-74 (jettons) and text comments. Pure.

Contracts may send any bits after a known operation; what does not keep the scheme is marked unreadable, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chains.encoding import as_written
from chains.errors import NodeMistaken
from chains.ton import cells
from chains.ton.fields import Message

COMMENT = 0
ENCRYPTED_COMMENT = 0x2167DA4B
JETTON_TRANSFER = 0x0F8A7EA5
JETTON_INTERNAL_TRANSFER = 0x178D4519
JETTON_BURN_NOTIFICATION = 0x7BDD97DE
ITEM_TRANSFER = 0x5FCC3D14

LONGEST_COMMENT = 500


@dataclass(frozen=True)
class Body:
    """A message's meaning. ``party`` is who sent (``internal_transfer``, burn) or shall have it (transfers), raw form.

    ``party`` is ``None`` where the scheme has an empty address. ``forward`` is how much an ``internal_transfer`` sends on to
    the owner with the notification, which is left out when it is zero (TEP-74). ``readable`` is false when the bytes do not
    keep the scheme.
    """

    op: int | None = None
    amount: int = 0
    party: str | None = None
    comment: str | None = None
    encrypted: bool = False
    readable: bool = True
    forward: int | None = None


def read(message: Message) -> Body:
    """The body of ``message``. Raises :class:`NodeMistaken` for bytes that are no cells, or cells of another hash."""
    if message.body is None:
        return Body(op=message.op)
    cell = cells.from_text(message.body)
    if message.body_hash is not None and cell.hash.hex() != message.body_hash:
        raise NodeMistaken("a message's body is not of its hash")
    return said(cell)


def said(cell: Any) -> Body:
    """The meaning of a body's root cell; what keeps no known scheme is only its operation."""
    slice_ = cells.opened(cell)
    if slice_.remaining_bits < 32:
        return Body()
    op = slice_.load_uint(32)
    try:
        return _by_scheme(op, slice_)
    except Exception:  # noqa: BLE001 - the library raises whatever it meets in bits of another scheme
        return Body(op=op, readable=False)


def _by_scheme(op: int, slice_: Any) -> Body:
    if op == COMMENT:
        return Body(op=op, comment=_text(slice_))
    if op == ENCRYPTED_COMMENT:
        return Body(op=op, encrypted=True)
    if op in (JETTON_TRANSFER, JETTON_INTERNAL_TRANSFER):
        slice_.load_uint(64)
        amount, party = slice_.load_coins(), cells.account(slice_.load_address())
        slice_.load_address()
        if op == JETTON_TRANSFER:
            slice_.load_maybe_ref()
        forward = slice_.load_coins()
        payload = _either(slice_)
        return Body(op, amount, party, payload.comment, payload.encrypted, forward=forward)
    if op == JETTON_BURN_NOTIFICATION:
        slice_.load_uint(64)
        return Body(op, slice_.load_coins(), cells.account(slice_.load_address()))
    if op == ITEM_TRANSFER:
        slice_.load_uint(64)
        party = cells.account(slice_.load_address())
        slice_.load_address()
        slice_.load_maybe_ref()
        slice_.load_coins()
        payload = _either(slice_)
        return Body(op, 1, party, payload.comment, payload.encrypted)
    return Body(op=op)


def _either(slice_: Any) -> Body:
    """The forward payload: in place or in a cell of its own. Wallets of old leave it out altogether."""
    if not slice_.remaining_bits:
        return Body()
    inner = cells.opened(slice_.load_ref()) if slice_.load_bool() else slice_
    if inner.remaining_bits < 32:
        return Body()
    op = inner.load_uint(32)
    if op == COMMENT:
        return Body(op=op, comment=_text(inner))
    return Body(op=op, encrypted=op == ENCRYPTED_COMMENT)


def _text(slice_: Any) -> str | None:
    """A comment in a chain of cells, ``None`` when it is empty or no UTF-8."""
    data = b""
    for _ in range(64):
        if slice_.remaining_bits % 8:
            return None
        data += slice_.load_bytes(slice_.remaining_bits // 8)
        if not slice_.remaining_refs or len(data) > 8 * LONGEST_COMMENT:
            break
        slice_ = cells.opened(slice_.load_ref())
    try:
        return as_written(data.decode("utf-8"), LONGEST_COMMENT)
    except UnicodeDecodeError:
        return None
