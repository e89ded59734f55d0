"""Zcash transactions from their bytes: the id of version 5 is no hash of the bytes (ZIP-244)."""

from __future__ import annotations

import hashlib

import pytest

from chains.utxo.raw import BadTransaction, Shielded, UnknownForm
from chains.utxo.zcash import parse
from tests.chains.utxo.written import compact, id_of, saplings_form, sized, transaction

BRANCH = bytes.fromhex("c8e71055")[::-1]


def digest(name: bytes, *pieces: bytes) -> bytes:
    return hashlib.blake2b(b"".join(pieces), digest_size=32, person=name).digest()


def five(script: bytes, *, actions: bytes = b"") -> tuple[bytes, str]:
    """A transaction of version 5 with one open input and output, and the root of its tree written out by hand."""
    head = (5 | 1 << 31).to_bytes(4, "little") + (0x26A7270A).to_bytes(4, "little") + BRANCH + bytes(4) + bytes(4)
    point, sequence = bytes.fromhex("aa" * 32) + bytes(4), b"\xff" * 4
    output = (700).to_bytes(8, "little") + sized(script)
    orchard, hashed = b"\0", digest(b"ZTxIdOrchardHash")
    if actions:
        tail = b"\x03" + (-250).to_bytes(8, "little", signed=True) + bytes(32)
        orchard = compact(1) + actions + tail + sized(bytes(10)) + bytes(64) + bytes(64)
        hashed = digest(
            b"ZTxIdOrchardHash",
            digest(b"ZTxIdOrcActCHash", actions[32:64], actions[96:212]),
            digest(b"ZTxIdOrcActMHash", actions[212:724]),
            digest(b"ZTxIdOrcActNHash", actions[:32], actions[64:96], actions[724:]),
            tail,
        )
    data = head + b"\x01" + point + sized(b"sig") + sequence + b"\x01" + output + b"\0\0" + orchard
    open_part = digest(
        b"ZTxIdTranspaHash",
        digest(b"ZTxIdPrevoutHash", point),
        digest(b"ZTxIdSequencHash", sequence),
        digest(b"ZTxIdOutputsHash", output),
    )
    root = digest(
        b"ZcashTxHash_" + BRANCH, digest(b"ZTxIdHeadersHash", head), open_part, digest(b"ZTxIdSaplingHash"), hashed
    )
    return data, root[::-1].hex()


def test_the_id_of_version_five() -> None:
    data, txid = five(b"\x51")
    read = parse(data)
    assert read.txid == txid != id_of(data)
    assert [output.amount for output in read.outputs] == [700]
    assert read.shielded == Shielded(0, 0, present=False)
    # The signature is not part of the id, the output is.
    assert parse(data.replace(b"sig", b"gis")).txid == txid
    assert parse(data.replace((700).to_bytes(8, "little"), (701).to_bytes(8, "little"))).txid != txid


def test_actions_are_hashed_and_counted() -> None:
    data, txid = five(b"\x51", actions=bytes(n % 251 for n in range(820)))
    read = parse(data)
    assert read.txid == txid
    assert read.shielded == Shielded(into=250, out_of=0, present=True)


PUBLISHED = bytes.fromhex(
    "050000800a27a726b4d0d6c2d2c4e624a6fc330003af247e36483f13b204422237fc6ab3eba02fc4142b4297ebb5683db8d24319706ad26a"
    "af001c53b740f34543a6b3e9f5bb7d5c49e8c37f614921254f3212394c797d1cee7899b7b4b65b59b734075253ac6351515170b731741443"
    "8cd80bd0f9a67c9b9e552f013c115a954f35e0616c68d43163d334dac3827033e5ad06006a51ac53658f5935c6033aee46294f0a04000553"
    "53636365d1526a0e794e0500080000ac52006a5263b552e8d573000600036a6a5101010f7549a9cf5fd4f61d157b6e2c80dc60478aee453e"
    "e140ad397f27e42e414fa217d649616bbe739b13d14df03ff27671489be0b4bebaafa7d1e639d5b3e994e0903af6e17081d5818e88b14e4f"
    "601b8c063e3f4387ffa2322a5181909f0980008f0b8964de3d0500ccca4d22b983c328c8d95f433a08e9064c0c46d33d65047e43a91066af"
    "420f0ad689de7f8e6a5c62a777d175002a137de85b8888929198117aa5d61993e1dcf75876dca609f9d28471f997fa11f99d423f9cf1734b"
    "e8a5ff997d451eb3cf4b3dfdd9d4545c35b2b5a7dc17a836b12b43befc0be0a1bd369772338078b4ff7d8e2d979a3441e1c8f5afe47b1e7d"
    "a56cf00602d01b110c05cf48fda3e6cce32a044000f45c6d1e696d245cbd312bdc3a3a21c992d0ebc8cc8fa6306d7e130a2ba42018fe5969"
    "49fd82267bcc59dd4626efc3ea7438d05c91b0f8e092550d2d39a07652d7eda089440669beca2ca2e380073cb3888f182968f22fde97b78f"
    "10764bc6a22b4f035200d681d427e2dc1d004cbfbb54bb44b1a7fc85e38cba4f83a801eb3d1e40c4745e85ab7e2d4794cf224a8d440d7944"
    "a86c84e02063ff7ade0a5d946e3b4830651e38332039df49b531040bc68f6b4e52eeec9e543b2955c1440600"
)
"""One of the vectors published with ZIP-244."""


def test_a_published_transaction() -> None:
    read = parse(PUBLISHED)
    assert read.txid == "122b19119804e111fc95797f40d80ed89a5cd6dbb2ac9e1baf9b26f2406285de"
    assert (len(read.inputs), len(read.outputs)) == (3, 3)
    assert read.shielded == Shielded(into=0, out_of=1475400262290319, present=True)


def test_earlier_versions() -> None:
    old = transaction([("aa" * 32, 0)], [(5, b"\x51")], version=1)
    assert parse(old).txid == id_of(old)
    shielded = saplings_form([], [(5, b"\x51")], balance=9, spends=2)
    assert parse(shielded).shielded == Shielded(into=0, out_of=9, present=True)
    assert parse(shielded).txid == id_of(shielded)
    joinsplit = (30).to_bytes(8, "little") + (20).to_bytes(8, "little") + bytes(1802 - 16)
    sprout = transaction([("aa" * 32, 0)], [(5, b"\x51")], version=2, tail=b"\x01" + joinsplit + bytes(96))
    assert parse(sprout).shielded == Shielded(into=30, out_of=20, present=True)


def test_versions_to_come_and_broken_bytes() -> None:
    data, _ = five(b"\x51")
    with pytest.raises(UnknownForm):
        parse(b"\x06" + data[1:])
    with pytest.raises(UnknownForm):
        parse(b"\x03\0\0\0" + data[4:])
    for wrong in (data[:-1], data + b"\0", data[:30], saplings_form([], [], balance=1)):
        with pytest.raises(BadTransaction):
            parse(wrong)
