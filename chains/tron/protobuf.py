"""The wire format of Protocol Buffers, read strictly and no further than TRON's transactions need it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

Value = int | bytes
"""A varint as an unsigned number, anything with a length as bytes."""


def fields(data: bytes) -> list[tuple[int, Value]]:
    """Number and value of each field, in the order written. Raises ``ValueError`` for what is no message."""
    return list(_fields(data))


def _fields(data: bytes) -> Iterator[tuple[int, Value]]:
    place = 0
    while place < len(data):
        key, place = _varint(data, place)
        number, kind = key >> 3, key & 7
        if number == 0:
            raise ValueError("field number zero")
        if kind == 0:
            value, place = _varint(data, place)
            yield number, value
            continue
        if kind == 2:
            length, place = _varint(data, place)
        elif kind in (1, 5):
            length = 8 if kind == 1 else 4
        else:
            raise ValueError("wire type not in use")
        if place + length > len(data):
            raise ValueError("field reaches beyond the end")
        yield number, data[place : place + length]
        place += length


def _varint(data: bytes, place: int) -> tuple[int, int]:
    number = 0
    for count in range(10):
        if place >= len(data):
            raise ValueError("number reaches beyond the end")
        byte = data[place]
        place += 1
        number |= (byte & 0x7F) << (7 * count)
        if byte < 0x80:
            if number >> 64:
                raise ValueError("number of more than 64 bits")
            return number, place
    raise ValueError("number of more than ten bytes")


class Message:
    """One message; of a field written several times the last counts, as the format demands."""

    def __init__(self, data: bytes) -> None:
        """Raises ``ValueError`` when ``data`` is no message."""
        self.all = fields(data)
        self._last = dict(self.all)

    def octets(self, number: int) -> bytes:
        """The bytes of a field, empty when it is left out. Raises ``TypeError`` for another kind of field."""
        value = self._last.get(number, b"")
        if not isinstance(value, bytes):
            raise TypeError("a number where bytes belong")
        return value

    def integer(self, number: int) -> int:
        """A signed number of 64 bits, zero when it is left out. Raises ``TypeError`` for another kind of field."""
        value = self._last.get(number, 0)
        if not isinstance(value, int):
            raise TypeError("bytes where a number belongs")
        return value - (1 << 64) if value >> 63 else value

    def every(self, number: int) -> list[bytes]:
        """All values of a repeated field of bytes. Raises ``TypeError`` for another kind of field."""
        values = [value for field, value in self.all if field == number]
        if not all(isinstance(value, bytes) for value in values):
            raise TypeError("a number where bytes belong")
        return [value for value in values if isinstance(value, bytes)]

    def numbers(self) -> frozenset[int]:
        """The numbers of all fields that are written."""
        return frozenset(self._last)
