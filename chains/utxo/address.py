"""Addresses of one UTXO network: text to canonical form, and output script to address. Pure.

What differs between networks stands in the row's ``params``:

``p2pkh``, ``p2sh``
    version bytes in hex; the first is canonical (what the network's own node prints), later ones are accepted
    and re-encoded. Litecoin's old ``3…`` form (version 05) thus becomes ``M…`` (version 32): it pays the same
    script, but it cannot be told from a Bitcoin address by eye.
``hrp``
    Bech32 prefix, absent where there is no segregated witness.
``mweb``
    Bech32 prefixes of confidential (MWEB) addresses, refused: an output behind them cannot be seen or proved.
``mweb_versions``
    witness versions the network keeps for its confidential extension, never an ordinary address.
``test``
    ``versions`` and ``hrps`` of the test networks, refused by name.
``regtest``
    the forms of the local test chain, used only when reading from one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chains.types import AddressCheck, Network
from chains.utxo.codec import (
    BadText,
    base58check_decode,
    base58check_encode,
    witness_decode,
    witness_encode,
)


@dataclass(frozen=True)
class Forms:
    """How one network writes its addresses; see the module's text for the meaning."""

    p2pkh: tuple[bytes, ...]
    p2sh: tuple[bytes, ...]
    hrp: str | None
    mweb: tuple[str, ...] = ()
    mweb_versions: tuple[int, ...] = ()
    test_versions: tuple[bytes, ...] = ()
    test_hrps: tuple[str, ...] = ()


def forms(params: Mapping[str, Any], *, regtest: bool = False) -> Forms:
    """The address forms of a row, or those of its local test chain."""
    shown = params["regtest"] if regtest else params
    test = params.get("test", {})
    return Forms(
        p2pkh=tuple(bytes.fromhex(version) for version in shown["p2pkh"]),
        p2sh=tuple(bytes.fromhex(version) for version in shown["p2sh"]),
        hrp=shown.get("hrp"),
        mweb=tuple(params.get("mweb", ())),
        mweb_versions=tuple(params.get("mweb_versions", ())),
        test_versions=() if regtest else tuple(bytes.fromhex(version) for version in test.get("versions", ())),
        test_hrps=() if regtest else tuple(test.get("hrps", ())),
    )


def check_address(network: Network, text: str) -> AddressCheck:
    """Whether the text is an address that can receive on the network, with its canonical form."""
    shape = forms(network.params)
    text = text.strip()
    try:
        kind, normalised = _read(shape, text)
    except BadText as problem:
        return AddressCheck(valid=False, normalised=None, kind=None, memo=None, reason=problem.code)
    return AddressCheck(valid=True, normalised=normalised, kind=kind, memo=None, reason=None)


def canonical(shape: Forms, text: str) -> str | None:
    """The canonical form of an address, or None when the text is none."""
    try:
        return _read(shape, text)[1]
    except BadText:
        return None


def _read(shape: Forms, text: str) -> tuple[str, str]:
    """Kind and canonical form. Raises :class:`BadText`."""
    if not text:
        raise BadText("empty")
    return _bech32(shape, text) if _looks_bech32(shape, text) else _base58(shape, text)


def _looks_bech32(shape: Forms, text: str) -> bool:
    prefix = text.lower().rpartition("1")[0]
    known = (shape.hrp, *shape.mweb, *shape.test_hrps)
    if prefix in known or any(text.lower().startswith(f"{hrp}1") for hrp in known if hrp):
        return True
    # Base58 has neither 0 nor l, and its addresses mix cases; a foreign witness address shows itself so.
    return len(text) > 36 and (text == text.lower() or text == text.upper())


def _bech32(shape: Forms, text: str) -> tuple[str, str]:
    if any(text.lower().startswith(f"{hrp}1") for hrp in shape.mweb):
        raise BadText("mweb_not_supported")
    hrp, version, program = witness_decode(text)
    if hrp in shape.test_hrps:
        raise BadText("test_network")
    if shape.hrp is None or hrp != shape.hrp:
        raise BadText("wrong_network")
    if version in shape.mweb_versions:
        raise BadText("mweb_not_supported")
    return _witness_kind(version, program), witness_encode(hrp, version, program)


def _base58(shape: Forms, text: str) -> tuple[str, str]:
    payload = base58check_decode(text)
    version, content = payload[:-20], payload[-20:]
    for kind, versions in (("p2pkh", shape.p2pkh), ("p2sh", shape.p2sh)):
        if version in versions:
            return kind, base58check_encode(versions[0] + content)
    if version in shape.test_versions:
        raise BadText("test_network")
    known = {len(each) for each in (*shape.p2pkh, *shape.p2sh)}
    raise BadText("wrong_network" if len(version) in known else "wrong_length")


def _witness_kind(version: int, program: bytes) -> str:
    if version == 0:
        return "p2wpkh" if len(program) == 20 else "p2wsh"
    return "p2tr" if version == 1 and len(program) == 32 else "witness_unknown"


def script_kind(shape: Forms, script: bytes) -> str:
    """What an output script is: an address kind, or ``op_return``, ``p2pk``, ``multisig``, ``mweb``, ``other``."""
    if script[:1] == b"\x6a":
        return "op_return"
    if len(script) == 25 and script[:3] == b"\x76\xa9\x14" and script[23:] == b"\x88\xac":
        return "p2pkh"
    if len(script) == 23 and script[:2] == b"\xa9\x14" and script[22:] == b"\x87":
        return "p2sh"
    witness = _witness(script) if shape.hrp else None
    if witness is not None:
        version, program = witness
        if version in shape.mweb_versions and len(program) == 32:
            return "mweb"
        if version == 0 and len(program) not in (20, 32):
            return "other"
        return _witness_kind(version, program)
    if len(script) in (35, 67) and script[0] == len(script) - 2 and script[-1:] == b"\xac":
        return "p2pk"
    return "multisig" if _is_multisig(script) else "other"


def script_address(shape: Forms, script: bytes) -> str | None:
    """The one address an output script pays, or None when it has none (data, bare keys, unknown scripts)."""
    match script_kind(shape, script):
        case "p2pkh":
            return base58check_encode(shape.p2pkh[0] + script[3:23])
        case "p2sh":
            return base58check_encode(shape.p2sh[0] + script[2:22])
        case "p2wpkh" | "p2wsh" | "p2tr" | "witness_unknown":
            witness = _witness(script)
            assert witness is not None and shape.hrp is not None  # only then is the kind a witness kind
            return witness_encode(shape.hrp, *witness)
    return None


def _witness(script: bytes) -> tuple[int, bytes] | None:
    """Version and program when the script is a witness program (BIP-141): one small number, one push."""
    if not 4 <= len(script) <= 42 or script[1] != len(script) - 2:
        return None
    if script[0] == 0:
        return 0, script[2:]
    return (script[0] - 0x50, script[2:]) if 0x51 <= script[0] <= 0x60 else None


def _is_multisig(script: bytes) -> bool:
    """``m <key>… n OP_CHECKMULTISIG`` with keys of 33 or 65 bytes."""
    if len(script) < 37 or script[-1] != 0xAE or not (0x51 <= script[0] <= script[-2] <= 0x60):
        return False
    place, keys = 1, 0
    while place < len(script) - 2:
        if script[place] not in (33, 65):
            return False
        place += 1 + script[place]
        keys += 1
    return place == len(script) - 2 and keys == script[-2] - 0x50
