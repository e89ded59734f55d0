"""Segregated-witness addresses, exactly as BIP-173 and BIP-350 write them. Pure."""

from __future__ import annotations

from chains.bech32 import BECH32, BECH32M, decode_groups, encode_groups, regroup
from chains.encoding import BadText


def witness_encode(hrp: str, version: int, program: bytes) -> str:
    """A segregated-witness address: Bech32 for version 0, Bech32m from version 1 on (BIP-350)."""
    constant = BECH32 if version == 0 else BECH32M
    return encode_groups(hrp, [version, *regroup(program, 8, 5, pad=True)], constant)


def witness_decode(text: str) -> tuple[str, int, bytes]:
    """Prefix, witness version and program of a segregated-witness address.

    Raises what :func:`~chains.bech32.decode_groups` raises, and ``bad_witness_version``, ``wrong_encoding``, ``bad_padding``,
    ``bad_witness_length``.
    """
    hrp, data, constant = decode_groups(text)
    if not data:
        raise BadText("wrong_length")
    version = data[0]
    if version > 16:
        raise BadText("bad_witness_version")
    if (constant == BECH32) != (version == 0):
        raise BadText("wrong_encoding")
    program = regroup(data[1:], 5, 8, pad=False)
    if not 2 <= len(program) <= 40 or (version == 0 and len(program) not in (20, 32)):
        raise BadText("bad_witness_length")
    return hrp, version, program
