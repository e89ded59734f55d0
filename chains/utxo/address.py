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
``cashaddr``
    CashAddr prefix (Bitcoin Cash); the canonical form then is CashAddr with its prefix, base58 is accepted.
``tex``, ``unified``
    Bech32m prefixes of Zcash: an address that takes coins from transparent outputs only (ZIP-320), and addresses with
    several receivers (ZIP-316). Both become the transparent address they pay.
``shielded``
    prefixes of shielded addresses, refused: an output behind them cannot be seen or proved.
``test``
    ``versions``, ``hrps`` and ``cashaddr`` prefixes of the test networks, refused by name.
``regtest``
    the forms of the local test chain, used only when reading from one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chains.bech32 import BECH32M, decode_groups, regroup
from chains.encoding import BadText, base58check_decode, base58check_encode
from chains.types import AddressCheck, Network
from chains.utxo import cashaddr, unified
from chains.utxo.witness import witness_decode, witness_encode


@dataclass(frozen=True)
class Forms:
    """How one network writes its addresses; see the module's text for the meaning."""

    p2pkh: tuple[bytes, ...]
    p2sh: tuple[bytes, ...]
    hrp: str | None
    mweb: tuple[str, ...] = ()
    mweb_versions: tuple[int, ...] = ()
    cashaddr: str | None = None
    tex: str | None = None
    unified: tuple[str, ...] = ()
    shielded: tuple[str, ...] = ()
    test_versions: tuple[bytes, ...] = ()
    test_hrps: tuple[str, ...] = ()
    test_cashaddr: tuple[str, ...] = ()


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
        cashaddr=shown.get("cashaddr"),
        tex=shown.get("tex"),
        unified=tuple(shown.get("unified", ())),
        shielded=tuple(params.get("shielded", ())),
        test_versions=() if regtest else tuple(bytes.fromhex(version) for version in test.get("versions", ())),
        test_hrps=() if regtest else tuple(test.get("hrps", ())),
        test_cashaddr=() if regtest else tuple(test.get("cashaddr", ())),
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


def payload(network: Network, address: str) -> str | None:
    """What an address commits to, in a form that can be compared across networks, or None when the text is no address.

    ``key_hash:…`` (one key; the same for its old and its witness address), ``script_hash:…``,
    ``witness_script_hash:…``, ``output_key:…``, each with the committed bytes in hexadecimal. Equal values on two networks
    mean that whoever can spend on one can spend on the other.
    """
    script = output_script(network, address)
    if script is None:
        return None
    match script_kind(forms(network.params), script):
        case "p2pkh":
            return f"key_hash:{script[3:23].hex()}"
        case "p2wpkh":
            return f"key_hash:{script[2:].hex()}"
        case "p2sh":
            return f"script_hash:{script[2:-1].hex()}"
        case "p2wsh":
            return f"witness_script_hash:{script[2:].hex()}"
        case "p2tr":
            return f"output_key:{script[2:].hex()}"
    return None


def output_script(network: Network, address: str, *, regtest: bool = False) -> bytes | None:
    """The locking script that pays an address, or None when the text is no address of the network."""
    shape = forms(network.params, regtest=regtest)
    try:
        return _script(shape, _read(shape, address.strip())[1])
    except BadText:
        return None


def _script(shape: Forms, text: str) -> bytes:
    """The script of a canonical address. Raises :class:`BadText`."""
    if shape.cashaddr is not None:
        _, kind, content = cashaddr.decode(text, shape.cashaddr)
    elif shape.hrp is not None and text.startswith(f"{shape.hrp}1"):
        _, version, program = witness_decode(text)
        return bytes([version + 0x50 if version else 0, len(program)]) + program
    else:
        body = base58check_decode(text)
        kind, content = ("p2pkh" if body[:-20] == shape.p2pkh[0] else "p2sh"), body[-20:]
    if kind == "p2pkh":
        return b"\x76\xa9\x14" + content + b"\x88\xac"
    return (b"\xa9\x14" if len(content) == 20 else b"\xaa\x20") + content + b"\x87"


def _read(shape: Forms, text: str) -> tuple[str, str]:
    """Kind and canonical form. Raises :class:`BadText`."""
    if not text:
        raise BadText("empty")
    if not text.isascii():
        raise BadText("bad_characters")
    if shape.cashaddr is not None and _looks_cashaddr(text):
        return _cashaddr(shape, shape.cashaddr, text)
    if any(text.lower().startswith(f"{hrp}1") for hrp in shape.unified):
        _, kind, content = unified.receiver(text)
        return "unified", _written(shape, kind, content)
    return _bech32(shape, text) if _looks_bech32(shape, text) else _base58(shape, text)


def _looks_cashaddr(text: str) -> bool:
    """With a prefix, or of one case from the first letter on; base58 addresses of this length mix cases."""
    return ":" in text or (len(text) >= 42 and text[0] in "qpzrQPZR")


def _cashaddr(shape: Forms, prefix: str, text: str) -> tuple[str, str]:
    try:
        named, kind, content = cashaddr.decode(text, prefix)
    except BadText as problem:
        if problem.code == "bad_checksum" and ":" not in text and _of_test(shape, text):
            raise BadText("test_network") from None
        raise
    if named in shape.test_cashaddr:
        raise BadText("test_network")
    if named != prefix:
        raise BadText("wrong_network")
    return kind, cashaddr.encode(prefix, kind, content)


def _of_test(shape: Forms, text: str) -> bool:
    for prefix in shape.test_cashaddr:
        try:
            cashaddr.decode(text, prefix)
        except BadText:
            continue
        return True
    return False


def _written(shape: Forms, kind: str, content: bytes) -> str:
    """The canonical address of a key's or a script's hash."""
    if shape.cashaddr is not None:
        return cashaddr.encode(shape.cashaddr, kind, content)
    return base58check_encode((shape.p2pkh if kind == "p2pkh" else shape.p2sh)[0] + content)


def _looks_bech32(shape: Forms, text: str) -> bool:
    prefix = text.lower().rpartition("1")[0]
    known = (shape.hrp, shape.tex, *shape.mweb, *shape.shielded, *shape.test_hrps)
    if prefix in known or any(text.lower().startswith(f"{hrp}1") for hrp in known if hrp):
        return True
    # Base58 has neither 0 nor l, and its addresses mix cases; a foreign witness address shows itself so.
    return len(text) > 36 and (text == text.lower() or text == text.upper())


def _bech32(shape: Forms, text: str) -> tuple[str, str]:
    begins = [hrp for hrp in (*shape.mweb, *shape.shielded, *shape.test_hrps) if text.lower().startswith(f"{hrp}1")]
    if any(hrp in shape.mweb for hrp in begins):
        raise BadText("mweb_not_supported")
    if any(hrp in shape.shielded for hrp in begins):
        raise BadText("shielded_not_supported")
    if shape.tex is not None and text.lower().startswith(f"{shape.tex}1"):
        _, data, constant = decode_groups(text)
        content = regroup(data, 5, 8, pad=False)
        if constant != BECH32M or len(content) != 20:
            raise BadText("wrong_encoding" if constant != BECH32M else "wrong_length")
        return "tex", _written(shape, "p2pkh", content)
    if begins and len(text) > 90:
        raise BadText("test_network")
    hrp, version, program = witness_decode(text)
    if hrp in shape.test_hrps:
        raise BadText("test_network")
    if shape.hrp is None or hrp != shape.hrp:
        raise BadText("wrong_network")
    if version in shape.mweb_versions:
        raise BadText("mweb_not_supported")
    kind = _witness_kind(version, program)
    if version == 1 and kind != "p2tr":
        raise BadText("bad_witness_length")  # BIP-350 allows the text; anyone could take what is sent there
    if kind == "p2tr" and not _on_curve(int.from_bytes(program, "big")):
        raise BadText("not_a_key")  # nobody could ever spend what is sent there
    return kind, witness_encode(hrp, version, program)


_CATEGORY = re.compile(r"[0-9a-fA-F]{64}")
_FIELD = (1 << 256) - (1 << 32) - 977


def _on_curve(x: int) -> bool:
    """Whether a point of secp256k1 has this first coordinate."""
    return x < _FIELD and pow(x**3 + 7, (_FIELD - 1) // 2, _FIELD) == 1


def _base58(shape: Forms, text: str) -> tuple[str, str]:
    body = base58check_decode(text)
    if shape.shielded and len(body) == 66:
        raise BadText("shielded_not_supported")  # the oldest shielded form: two keys behind a version
    version, content = body[:-20], body[-20:]
    for kind, versions in (("p2pkh", shape.p2pkh), ("p2sh", shape.p2sh)):
        if version in versions:
            return kind, _written(shape, kind, content)
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
    if shape.cashaddr is not None and len(script) == 35 and script[:2] == b"\xaa\x20" and script[34:] == b"\x87":
        return "p2sh"  # with a hash of 32 bytes, since 2023
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
            return _written(shape, "p2pkh", script[3:23])
        case "p2sh":
            return _written(shape, "p2sh", script[2:-1])
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


def asset_identity(network: Network, text: str) -> str | None:
    """The category of a CashToken in lower case; ``None`` for what is none, and where there are no tokens."""
    return text.lower() if network.params.get("tokens") and _CATEGORY.fullmatch(text) else None


def twin_addresses(network: Network, key: str) -> tuple[str, ...]:
    """The addresses of ``network`` whose :func:`payload` is ``key``; a key hash has two where there are witnesses."""
    shape = forms(network.params)
    kind, _, digits = key.partition(":")
    content = bytes.fromhex(digits) if kind in ("key_hash", "script_hash", "witness_script_hash", "output_key") else b""
    versions = {"key_hash": 0, "witness_script_hash": 0, "output_key": 1}
    found = []
    if kind in ("key_hash", "script_hash") and (len(content) == 20 or shape.cashaddr is not None):
        found.append(_written(shape, "p2pkh" if kind == "key_hash" else "p2sh", content))
    if kind in versions and shape.hrp is not None:
        found.append(witness_encode(shape.hrp, versions[kind], content))
    return tuple(found)
