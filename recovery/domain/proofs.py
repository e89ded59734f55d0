"""The mathematics of proof: the event hash, the Merkle root, the form of a manifest, the signature.

It travels in every bundle beside ``verify.py``; Python 3.9 and its standard library are enough for both.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any, BinaryIO, cast

LONGEST_MANIFEST = 1 << 20


def event_hash(case_id: bytes, seq: int, prev_hash: str, body: str) -> str:
    """Hex SHA-256 of 0x02, the case's 16 bytes, the number in 8, the hash before and the SHA-256 of the body."""
    inner = hashlib.sha256(body.encode()).digest()
    return hashlib.sha256(b"\x02" + case_id + seq.to_bytes(8, "big") + bytes.fromhex(prev_hash) + inner).hexdigest()


class MerkleTree:
    """The root of RFC 6962 (section 2.1) over event hashes, computed while they stream by."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []

    def add(self, leaf: str) -> None:
        """Append one event hash (hex)."""
        height, node = 0, hashlib.sha256(b"\x00" + bytes.fromhex(leaf)).digest()
        while self._peaks and self._peaks[-1][0] == height:
            node = hashlib.sha256(b"\x01" + self._peaks.pop()[1] + node).digest()
            height += 1
        self._peaks.append((height, node))
        self.size += 1

    def root(self) -> str:
        """The root so far, in hex; the SHA-256 of nothing for an empty tree."""
        if not self._peaks:
            return hashlib.sha256(b"").hexdigest()
        node = self._peaks[-1][1]
        for _, left in reversed(self._peaks[:-1]):
            node = hashlib.sha256(b"\x01" + left + node).digest()
        return node.hex()


def manifest_text(manifest: dict[str, Any]) -> str:
    """The one way a manifest is written, so that no byte of it can change unseen."""
    return json.dumps(manifest, sort_keys=True, indent=2, ensure_ascii=False) + "\n"


def seal_of(manifest: dict[str, Any]) -> str:
    """SHA-256 of the manifest without its seal and signature: the one value to write down elsewhere."""
    plain = {key: value for key, value in manifest.items() if key not in ("seal", "signature")}
    return hashlib.sha256(manifest_text(plain).encode()).hexdigest()


def packed(manifest: dict[str, Any], name: str) -> bytes:
    """The manifest as the last line of a file of events, ``events.jsonl`` or ``events.csv``."""
    text = json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    if name == "events.jsonl":
        return f'{{"manifest":{text}}}\n'.encode()
    quoted = text.replace('"', '""')
    return f'manifest{"," * 12}"{quoted}"\r\n'.encode()


def unpacked(line: bytes, name: str) -> str:
    """The text of the manifest in such a last line. Raises ValueError when there is none."""
    text = line.decode("utf-8")
    if name == "events.jsonl":
        return text[len('{"manifest":') : -2]
    return next(csv.reader([text], strict=True))[-1]


def last_line(path: Path, name: str) -> bytes:
    """The last line of a file if it is a manifest, else nothing."""
    with path.open("rb") as stream:
        stream.seek(max(path.stat().st_size - LONGEST_MANIFEST, 0))
        end = stream.read()
    line = end[end.rfind(b"\n", 0, -1) + 1 :]
    begins = b'{"manifest":' if name == "events.jsonl" else b"manifest,"
    return line if line.startswith(begins) and line.endswith(b"\n") else b""


def without_end(path: Path, length: int) -> BinaryIO:
    """A file without its last ``length`` bytes."""
    return cast("BinaryIO", io.BufferedReader(_Beginning(path, path.stat().st_size - length)))


class _Beginning(io.RawIOBase):
    """The first bytes of a file."""

    def __init__(self, path: Path, size: int) -> None:
        super().__init__()
        self._stream, self._left = path.open("rb"), size

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Some bytes more, none beyond the end."""
        data = self._stream.read(min(len(buffer), self._left))
        buffer[: len(data)] = data
        self._left -= len(data)
        return len(data)

    def close(self) -> None:
        """Close the file too."""
        self._stream.close()
        super().close()


# --- Ed25519 (RFC 8032, section 5.1), verification only: nothing secret is handled here ------------------------------

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_Point = tuple[int, int, int, int]


def _added(one: _Point, two: _Point) -> _Point:
    a, b = (one[1] - one[0]) * (two[1] - two[0]) % _P, (one[1] + one[0]) * (two[1] + two[0]) % _P
    c, d = 2 * one[3] * two[3] * _D % _P, 2 * one[2] * two[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _times(number: int, point: _Point) -> _Point:
    total: _Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = _added(total, point)
        point, number = _added(point, point), number >> 1
    return total


def _point(data: bytes) -> _Point | None:
    """The point these 32 bytes stand for, in extended coordinates; ``None`` when they stand for none."""
    y, sign = int.from_bytes(data, "little") & (2**255 - 1), data[31] >> 7
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * pow(2, (_P - 1) // 4, _P) % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    x = _P - x if x & 1 != sign else x
    return (x, y, 1, x * y % _P)


def ed25519_verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether ``signature`` (64 bytes) over ``message`` was made with the secret of ``public`` (32 bytes)."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, commitment, scalar = _point(public), _point(signature[:32]), int.from_bytes(signature[32:], "little")
    base = _point(b"\x58" + b"\x66" * 31)
    if key is None or commitment is None or base is None or scalar >= _ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % _ORDER
    left, right = _times(scalar, base), _added(commitment, _times(challenge, key))
    return not ((left[0] * right[2] - right[0] * left[2]) % _P or (left[1] * right[2] - right[1] * left[2]) % _P)
