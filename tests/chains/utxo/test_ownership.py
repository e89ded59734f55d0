"""Signed messages of the UTXO networks against public vectors: BIP-322's own, wallets' signatures, a recorded list."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import pytest
from coincurve import PrivateKey

from chains.catalogue import network
from chains.encoding import base58check_encode, double_sha256
from chains.ownership import SignedStatement, methods
from chains.signatures import hash160
from chains.utxo import bip322
from chains.utxo.address import output_script
from tests.chains.wallets import OTHER_SECP, SECP, judge

CORPUS = os.environ.get("RECOVERY_CORPUS")

# BIP-322, its text and its files basic-test-vectors.json and generated-test-vectors.json: message, address, signature.
SIMPLE = [
    (
        "",
        "bc1q9vza2e8x573nczrlzms0wvx3gsqjx7vavgkx0l",
        (
            "AkcwRAIgM2gBAQqvZX15ZiysmKmQpDrG83avLIT492QBzLnQIxYCIBaTpOaD20qRlEylyxFSeEA2ba9YOixpX8z46TSDtS40ASECx/EgAxlkQpQ9hYjg"
            "Gu6EBCPMVPwVIVJqO4XCsMvViHI="
        ),
    ),
    (
        "",
        "bc1q9vza2e8x573nczrlzms0wvx3gsqjx7vavgkx0l",
        (
            "smpAkgwRQIhAPkJ1Q4oYS0htvyuSFHLxRQpFAY56b70UvE7Dxazen0ZAiAtZfFz1S6T6I23MWI2lK/pcNTWncuyL8UL+oMdydVgzAEhAsfxIAMZZEKU"
            "PYWI4BruhAQjzFT8FSFSajuFwrDL1Yhy"
        ),
    ),
    (
        "Hello World",
        "bc1q9vza2e8x573nczrlzms0wvx3gsqjx7vavgkx0l",
        (
            "AkcwRAIgZRfIY3p7/DoVTty6YZbWS71bc5Vct9p9Fia83eRmw2QCICK/ENGfwLtptFluMGs2KsqoNSk89pO7F29zJLUx9a/sASECx/EgAxlkQpQ9hYjg"
            "Gu6EBCPMVPwVIVJqO4XCsMvViHI="
        ),
    ),
    (
        "No prefix fallback",
        "bc1pss0zhytly75awhm6x2hhvd5lnzv3vssgrf9axfheq8ldyzn88ges79fler",
        "AUCJYOwOjxYAvatTAGYaVlNXBVyFuc4MwNQkOuK2tl8xhfKDONd0NjfYyNSYcRqeCp8hsAnCEPHAVEkO9h6vbQ/R",
    ),
    (
        "TPIZPITUIHEUHO5ACOL6W6MBVD",
        "bc1p9cyuceaazr8cz46mvgkzl94wy397mwpqsrk84su37t72jvkg6wzqv52nfp",
        "AUBay6NwR4LEYedkTG+vE9F7C0RTOCB5NH6ZAqf+3hudjHIkOzSZk1jW/5Kt0wRKX3llJ25os+0qktdou4/Y8516",
    ),
]
FULL = [
    (
        "GI2SVNWVCWTEEIMFZFFZYAQNSA",
        "164P4mbDkPcyvRnFGAZd1ThjxSj7Fbsywz",
        (
            "AgAAAAGEmHuloQANVIqnpMegGLNFKwAGE0Urv0a/uMiHnJ+FQwAAAABrSDBFAiEAr8VdqPCZU/oVqKKj2WwHfeCX/lzp+Rfk8d59cS9xdGECIAar0nie"
            "vDdeVstmIgjfM7kzMepL6HrecBuJtgEitFxBASECzgU8WF30ffzpbdClcw/0NBkTCkuRbiEzr+CTXePjiPfgBwAAAQAAAAAAAAAAAWrgBwAA"
        ),
    ),
    (
        "YGIAANMREUXLFRI4HIEOCE4T23",
        "bc1qkwzsslep5elkuat4608v7tpntpr3d9n7w5cwwq",
        (
            "AgAAAAABAaVatLF3wpACTG5XowFYPJPv65lgTlZypjUV9d1DNduCAAAAAADgBwAAAQAAAAAAAAAAAWoCRzBEAiB+SJdR6bVLpv5+kK8pOXSUDS24rU53"
            "YkTQEvelQJ22uwIgEfqM8eYTupu4LtA0Tz7z1LIbhpP2PrUxWEt9osnrxFEBIQMasC7JaIHbbAUt1kU81yx7S4QHScnEDBs4GsdHDPMPSuAHAAA="
        ),
    ),
    (
        "K276VUM3MXP56DGNVICQR5XWRT",
        "bc1psmjelwjtg7lz26jhd4kkf35v0xp3u7ffc6p4n4869s0hxkrrrtkqkpqvmg",
        (
            "AgAAAAABAY+B3hhlrps+S2YaxSvL3HxZKdfT+8XCCtZ4KQc5N+AaAAAAAADgBwAAAQAAAAAAAAAAAWoBQEHQoT3HfPKw4WNiQySblfcRX2gnha/mrpFx"
            "UoYlkJxuQFXNN3sS+XbJsNAoXRlvQitk0tVEFpsUGRcCdZ7bWPHgBwAA"
        ),
    ),
    (
        "OQXDXSR5SN5N7WRXSPTI462HKH",
        "37HVPoc7ZsU5C9Z2VKcCkSLzEknYXCzm3s",
        (
            "AgAAAAABAbtjBsUTHnoyuNG4NGbx6cI1Z01QLlfGHJX/WIRCAU6/AAAAABcWABTGXFmsgRqCkic6D+eE4AKm1iyVhuAHAAABAAAAAAAAAAABagJHMEQC"
            "IBp/IMJTnnhI6YrHJwIQbfucoizq0esZ35QRxtpXuk7fAiAGx6kSd9BuPDY+R0sHTJU0ZFtScJI8ASojEHwrClKxDQEhAl3boe/68fHvtuYzRkaS3GOS"
            "xnUTJwejjrubm+czK+Yi4AcAAA=="
        ),
    ),
]
UNDECIDED = [  # more than one key: 2 of 2, and a path through a script
    (
        "GDU6AXT64O5ZS4AHHXK5JETYRM",
        "bc1qa8xp82hejuydq8d9yc44s662ras5ncr98gxz3n53s6vklwgrczrqc4fqtn",
        (
            "BABIMEUCIQCLKarc4DfTq5bmqPVjRZ/qBvRPy886P2dM1tDK/92WIgIgN7y495rkp5FPcpjohhl8Knmo9rf63tPLGIVo8PKE81ABSDBFAiEAz2U1cppe"
            "nj2Kbg8DkS3wXMmAN4jvZvsP/PdcCI1akogCIFlrCbW2+GbMRkvObV2utVdHYBxIJhM6DJlv1NIwViXBAUdSIQJx+IVtFfezY//G7PB/9/Z2fWatDxm5"
            "+M0195sX3Y1qoyECvDKp35BSlVD2TFqMPy7MlXJrqGl3nkQAgo51DfiRIqlSrg=="
        ),
    ),
    (
        "5WCQVNSZADVB2U447BH2A44Y4X",
        "bc1peeyux4l3g6wmq23hsl6hytndlu89emtvqrw0k222hgnfvys8yw8sehzpun",
        (
            "AgAAAAABARTMGFokvM/viA990Uz2acpongloH+NqLgjm1grzw7C1AAAAAADgBwAAAQAAAAAAAAAAAWoEQAl8+ry6NBWeMu08ZpB9fJVnTiWQJy1i5LOf"
            "mtDr8DLWVvSUyKAwNQK7EyIPJlQhATz/7cw3Oywj0+dF0NHS9mMAS2MgrYfXhOkh0CvwuJpB+O3tal2ECfO0v7k1/A4PTlGcQiBnAuAHsnUg15isG0dq"
            "0JWAnqDPzUnq+bMlf+cWyLUGg00iNZeg0D5orCHB15isG0dq0JWAnqDPzUnq+bMlf+cWyLUGg00iNZeg0D7gBwAA"
        ),
    ),
]
REFUSED = [
    ("", "bc1q9vza2e8x573nczrlzms0wvx3gsqjx7vavgkx0l", "not-valid-base64!!!"),
    ("", "bc1q9vza2e8x573nczrlzms0wvx3gsqjx7vavgkx0l", ""),
    ("Wrong message that was not signed", "bc1q9vza2e8x573nczrlzms0wvx3gsqjx7vavgkx0l", SIMPLE[1][2]),
    ("", "bc1q9vza2e8x573nczrlzms0wvx3gsqjx7vavgkx0l", "smpAA=="),
    ("", "bc1q9vza2e8x573nczrlzms0wvx3gsqjx7vavgkx0l", "fooAA=="),
    (
        "incorrect prefix",
        "bc1pyrgrm6cu6n54jrvkdjd9rvyd3xfyu84s2623awu2srn6mxhscwpsm5644w",
        "fulAUDZwFXUp+adN+/UZj5dVrGAbB3zKs1Vcalz5fCF9srxS63eSWNGvH1NYbrBkPt1BJDUyWUz9zgUxfc63/QheT6M",
    ),
    ("ESHJI7MWUL64AXHBI42L3UR4QA", "bc1qx3f9s3scavc92s3g2fhwzqzn7qucd37ez03jpf", SIMPLE[0][2]),
    ("745NRH7L6UQCEPPXTQOGU56EDU", FULL[0][1], FULL[0][2]),
    ("GI2SVNWVCWTEEIMFZFFZYAQNSA", "1GZvNdLeGpGaRnbymmnmtA8MFPqxPDVjvH", FULL[0][2]),
    ("VSNPXEH7QRARGTKFSEHRDRNMJ3", FULL[1][1], FULL[1][2]),
    ("OGCYVFNJIZJRCOG565FNS3X5RH", FULL[2][1], FULL[2][2]),
]


def by_script(text: str, address: str, signature: str) -> bool | None:
    return judge("bitcoin", text, address, SignedStatement("bip322", signature)).ok


@pytest.mark.parametrize(
    ("message", "tag", "spent"),
    [
        (
            "",
            "c90c269c4f8fcbe6880f72a721ddfbf1914268a794cbb21cfafee13770ae19f1",
            "c5680aa69bb8d860bf82d4e9cd3504b55dde018de765a91bb566283c545a99a7",
        ),
        (
            "Hello World",
            "f0eb03b1a75ac6d9847f55c624a99169b5dccba2a31f5b23bea77ba270de0a7a",
            "b79d196740ad5217771c1098fc4a4b51e0535c32236c71f1ea4d61a2d603352b",
        ),
    ],
)
def test_bip322_hashes(message: str, tag: str, spent: str) -> None:
    script = output_script(network("bitcoin"), "bc1q9vza2e8x573nczrlzms0wvx3gsqjx7vavgkx0l")
    assert script is not None
    assert bip322.tagged("BIP0322-signed-message", message.encode()).hex() == tag
    assert bip322.spent(script, message.encode())[::-1].hex() == spent


@pytest.mark.parametrize(("text", "address", "signature"), [*SIMPLE, *FULL])
def test_bip322_signatures_of_one_key(text: str, address: str, signature: str) -> None:
    assert by_script(text, address, signature) is True
    assert by_script(text + " ", address, signature) is False


@pytest.mark.parametrize(("text", "address", "signature"), UNDECIDED)
def test_bip322_signatures_of_scripts_are_left_undecided(text: str, address: str, signature: str) -> None:
    found = judge("bitcoin", text, address, SignedStatement("bip322", signature))
    assert (found.ok, found.why) == (None, "script")


@pytest.mark.parametrize(("text", "address", "signature"), REFUSED)
def test_bip322_wrong_signatures(text: str, address: str, signature: str) -> None:
    assert by_script(text, address, signature) is False


@pytest.mark.parametrize(("text", "address", "signature"), FULL)
def test_bip322_every_bit_of_a_full_signature_counts(text: str, address: str, signature: str) -> None:
    data = base64.b64decode(signature)
    for place in range(len(data)):
        changed = data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :]
        assert by_script(text, address, base64.b64encode(changed).decode()) is not True, place


def test_bip322_what_its_rules_forbid() -> None:
    """A high s, another kind of signature hash, a signature by nobody."""
    text, address, signature = SIMPLE[0]
    data = base64.b64decode(signature)
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    size = data[1]
    from chains.signatures import der, from_der

    numbers = from_der(data[2 : 1 + size])
    assert numbers is not None
    high = der(int.from_bytes(numbers[:32]), order - int.from_bytes(numbers[32:])) + b"\x01"
    for other in (high, data[2 : 1 + size] + b"\x83", data[2 : 1 + size] + b"\x00"):
        stack = b"\x02" + bytes([len(other)]) + other + data[2 + size :]
        assert by_script(text, address, base64.b64encode(stack).decode()) is False


OLD = "This is an example of a signed message."


@pytest.mark.parametrize(
    ("slug", "address", "signature"),
    [
        # Brainwallet's, checked there with the networks' own wallets; keys written long and short.
        (
            "bitcoin",
            "18w2rtYxYse12po93P1dkf8QnW8DaYqRTD",
            "Gw9xyTzpE30hW596U8TVXb9ZaE38+9MQXGzezDYiAxMDjMHulUYWIVQgcFN9Q0bRZqm2TW2WWMR2xaUOZ0CeqjE=",
        ),
        (
            "bitcoin",
            "15joXuxYSx9KP2quTQVFiAXbykCve3QtdL",
            "HxX3bN5+IIfyWIaTjgzGfA41yPDIrtcGuHQj3tNcbqp6eT3iw4yO14BxzsMFCpLpcn1X/YoFC8v9JJYy615qb2U=",
        ),
        (
            "litecoin",
            "LT9z86rndXt4HdVJDWzw2gCAziVVhbinxy",
            "HMftz7eGSIjKy7jDL/gqO1MUrw0vAK3blLUiYDapB+rUoZk5aoFRk11Io9+5f5jcNRWd/Q5ZHpLYDAr1NgkQE0I=",
        ),
        (
            "dash",
            "XtPVZxrdUuMUTAbX1cD96WjdTgM4t6Zxe7",
            "GxHw5X4QZwmRadRAF3UiLX5nI6xXc3uZQQ0Ty0j9YC3MPerxqywxamTLjkO2SdsGzG8c67O9EwWpeoeT9BdVQhk=",
        ),
        (
            "dash",
            "XfReNAcSQfMuXySVKHoUZhDPp5nckGynvp",
            "IGwpHEwKeM6jjJtTvcvMb1oSLKjvI6GSBALYGBG2c8dzBX+Z/rvjbp2PHjzoiRqRelqNG2ZWwat72RS5C6IPvR0=",
        ),
    ],
)
def test_old_signed_messages(slug: str, address: str, signature: str) -> None:
    assert judge(slug, OLD, address, SignedStatement("bitcoin_message", signature)).ok is True
    assert judge(slug, OLD + "\n", address, SignedStatement("bitcoin_message", signature)).ok is False


def test_old_messages_are_of_one_network() -> None:
    """The same key, the same text, another coin's prefix."""
    signature = "HxX3bN5+IIfyWIaTjgzGfA41yPDIrtcGuHQj3tNcbqp6eT3iw4yO14BxzsMFCpLpcn1X/YoFC8v9JJYy615qb2U="
    from chains.twins import twins

    for twin in twins(network("bitcoin"), "15joXuxYSx9KP2quTQVFiAXbykCve3QtdL"):
        found = judge(twin.network, OLD, twin.address, SignedStatement("bitcoin_message", signature))
        assert (found.ok is True) == (twin.network in ("bitcoin", "bitcoin-cash")), twin


def test_witness_addresses_take_their_own_headers_and_electrums() -> None:
    """BIP-137: 39 to 42 for a witness key, 35 to 38 for one inside a script; Electrum writes 31 to 34 for all."""
    from chains.utxo.witness import witness_encode

    data = base64.b64decode("HxX3bN5+IIfyWIaTjgzGfA41yPDIrtcGuHQj3tNcbqp6eT3iw4yO14BxzsMFCpLpcn1X/YoFC8v9JJYy615qb2U=")
    script = output_script(network("bitcoin"), "15joXuxYSx9KP2quTQVFiAXbykCve3QtdL")
    assert script is not None
    digest = script[3:23]
    places = {
        "15joXuxYSx9KP2quTQVFiAXbykCve3QtdL": {31},
        witness_encode("bc", 0, digest): {31, 39},
        base58check_encode(b"\x05" + hash160(b"\x00\x14" + digest)): {31, 35},
    }
    for address, good in places.items():
        for header in range(27, 44):
            text = base64.b64encode(bytes([header]) + data[1:]).decode()
            found = judge("bitcoin", OLD, address, SignedStatement("bitcoin_message", text))
            assert found.ok is (header in good), (address, header)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("bc1p9cyuceaazr8cz46mvgkzl94wy397mwpqsrk84su37t72jvkg6wzqv52nfp", "other_method"),
        ("bc1qa8xp82hejuydq8d9yc44s662ras5ncr98gxz3n53s6vklwgrczrqc4fqtn", "script"),
    ],
)
def test_what_the_old_form_cannot_say(address: str, why: str) -> None:
    found = judge("bitcoin", OLD, address, SignedStatement("bitcoin_message", base64.b64encode(bytes(65)).decode()))
    assert (found.ok, found.why) == (None, why)


def test_a_nested_address_of_several_keys_is_left_undecided() -> None:
    stack = base64.b64encode(b"\x03\x00\x01\x01\x01\x02").decode()
    found = judge("bitcoin", OLD, "37HVPoc7ZsU5C9Z2VKcCkSLzEknYXCzm3s", SignedStatement("bip322", stack))
    assert (found.ok, found.why) == (None, "script")


def test_which_networks_have_which_forms() -> None:
    assert methods(network("bitcoin")) == methods(network("litecoin")) == ("bitcoin_message", "bip322")
    for slug in ("dogecoin", "dash", "zcash", "bitcoin-cash"):
        assert methods(network(slug)) == ("bitcoin_message",)


@pytest.mark.skipif(not CORPUS, reason="RECOVERY_CORPUS names no folder")
def test_recorded_signed_messages() -> None:
    """Signatures of another library; each signs its own address."""
    entries = json.loads((Path(str(CORPUS)) / "_address_vectors" / "pybtclib_signmessage.json").read_text())
    good = 0
    for entry in entries:
        signed = SignedStatement("bitcoin_message", entry["signature"])
        good += judge("bitcoin", entry["address"], entry["address"], signed).ok is True
        assert judge("bitcoin", entry["address"] + ".", entry["address"], signed).ok is False
    print(f"{good} of {len(entries)} signed messages")
    assert good == len(entries) > 50


def plain_full(key: PrivateKey, address: str, text: str, *, version: int = 0) -> str:
    """A full signature of a plain key address by ``key``, whosever address it is."""
    script = output_script(network("bitcoin"), address)
    assert script is not None
    before = bip322.spent(script, text.encode())
    head = version.to_bytes(4, "little") + b"\x01" + before + bytes(4)
    tail = bytes(4) + b"\x01" + bytes(8) + b"\x01\x6a" + bytes(4)
    signed = double_sha256(head + bytes([len(script)]) + script + tail + b"\x01\0\0\0")
    signature, public = key.sign(signed, hasher=None) + b"\x01", key.public_key.format()
    unlocking = bytes([len(signature)]) + signature + bytes([len(public)]) + public
    return base64.b64encode(head + bytes([len(unlocking)]) + unlocking + tail).decode()


def test_bip322_a_plain_address_is_signed_for_by_its_own_key() -> None:
    own, other = (base58check_encode(b"\0" + hash160(key.public_key.format())) for key in (SECP, OTHER_SECP))
    assert by_script("text", own, plain_full(SECP, own, "text")) is True
    assert by_script("text", own, plain_full(SECP, own, "text", version=2)) is True
    assert by_script("text", own, plain_full(SECP, own, "text", version=1)) is False
    assert by_script("text", other, plain_full(SECP, other, "text")) is False
    assert by_script("text", own, plain_full(SECP, own, "texts")) is False


@pytest.mark.parametrize("kind", [b"", b"\x00", b"\x01", b"\x02", b"\x81", b"\x03"])
def test_bip322_a_taproot_signature_covers_everything(kind: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the default and ``ALL``; a default that is written out is none, and a judge who says yes to all must not be asked."""
    monkeypatch.setattr(bip322, "schnorr", lambda *_: True)
    stack = b"\x01" + bytes([64 + len(kind)]) + bytes(64) + kind
    address = "bc1p9cyuceaazr8cz46mvgkzl94wy397mwpqsrk84su37t72jvkg6wzqv52nfp"
    assert by_script("text", address, base64.b64encode(stack).decode()) is (kind in (b"", b"\x01"))
