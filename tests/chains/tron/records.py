"""Small records of an invented TRON chain, written from the documented formats: bytes to sign, and what nodes say of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from chains.tron import raw
from chains.tron.address import to_text
from chains.tron.tokens import TRANSFER

ALICE = bytes.fromhex("41" + "a1" * 20)
BOB = bytes.fromhex("41" + "b0" * 20)
TOKEN = bytes.fromhex("41" + "70" * 20)
OTHER = bytes.fromhex("41" + "0c" * 20)
HEIGHT = 70_000_000
TIME_MS = 1_750_000_000_000
EXPIRATION_MS = TIME_MS + 60_000


def varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    out = b""
    while number >= 0x80:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def message(fields: Mapping[int, int | bytes]) -> bytes:
    return b"".join(field(number, value) for number, value in fields.items() if value not in (0, b""))


def signed(
    type_: str,
    body: bytes,
    *,
    memo: bytes = b"",
    fee_limit: int = 0,
    permission: int = 0,
    expiration: int = EXPIRATION_MS,
    url: str = "",
    extra: bytes = b"",
) -> bytes:
    """``raw_data`` of one contract."""
    number = next(number for number, name in raw.TYPES.items() if name == type_)
    parameter = field(1, f"type.googleapis.com/protocol.{url or type_}".encode()) + field(2, body)
    contract = message({1: number, 2: parameter, 5: permission})
    head = field(1, bytes.fromhex("1dc0")) + field(4, bytes.fromhex("00112233445566ff")) + field(8, expiration)
    tail = {14: expiration - 60_000, 18: fee_limit}
    return head + message({10: memo}) + field(11, contract) + message(tail) + extra


def transfer(amount: int, to: bytes = BOB, **how: Any) -> bytes:
    return signed(raw.TRANSFER, message({1: ALICE, 2: to, 3: amount}), **how)


def transfer_asset(amount: int, token: bytes = b"1002000", **how: Any) -> bytes:
    return signed(raw.TRANSFER_ASSET, message({1: token, 2: ALICE, 3: BOB, 4: amount}), **how)


def trigger(data: bytes, contract: bytes = TOKEN, value: int = 0, token: tuple[int, int] = (0, 0), **how: Any) -> bytes:
    body = message({1: ALICE, 2: contract, 3: value, 4: data, 5: token[0], 6: token[1]})
    return signed(raw.TRIGGER, body, fee_limit=how.pop("fee_limit", 100_000_000), **how)


def word(value: int | bytes) -> bytes:
    return value.to_bytes(32, "big") if isinstance(value, int) else value.rjust(32, b"\0")


def token_call(to: bytes, amount: int) -> bytes:
    return bytes.fromhex("a9059cbb") + word(to[1:]) + word(amount)


def hash_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def json_of(data: bytes, **changed: Any) -> dict[str, Any]:
    """The transaction as a full node prints it."""
    read = raw.read(data)
    deed = read.deed
    value: dict[str, Any] = {"owner_address": deed.owner.hex()}
    if deed.type == raw.TRIGGER:
        value |= {"contract_address": deed.to and deed.to.hex(), "data": deed.data.hex(), "call_value": deed.value}
        value |= {"call_token_value": deed.token_value, "token_id": int(deed.token)} if deed.token_value else {}
    elif deed.type == raw.TRANSFER_ASSET:
        value |= {"to_address": deed.to and deed.to.hex(), "asset_name": deed.token.hex(), "amount": deed.token_value}
    elif deed.type == raw.CREATE:
        value |= {"new_contract": {"call_value": deed.value, "origin_address": deed.owner.hex()}}
    elif deed.to:
        value |= {"to_address": deed.to.hex(), "amount": deed.value}
    contract: dict[str, Any] = {
        "parameter": {"value": value, "type_url": f"type.googleapis.com/protocol.{deed.type}"},
        "type": deed.type,
    }
    words = {
        "contract": [contract],
        "ref_block_bytes": read.ref_block_bytes.hex(),
        "ref_block_hash": read.ref_block_hash.hex(),
        "expiration": read.expiration,
        "timestamp": read.timestamp,
    }
    if read.memo:
        words["data"] = read.memo.hex()
    whole = {
        "ret": [{"contractRet": "SUCCESS"}],
        "signature": ["00" * 65],
        "txID": hash_of(data),
        "raw_data": words,
        "raw_data_hex": data.hex(),
    }
    return {key: value for key, value in (whole | changed).items() if value is not None}


def info_of(data: bytes, **changed: Any) -> dict[str, Any]:
    """The outcome as a full node prints it; keys changed to ``None`` are left out."""
    whole: dict[str, Any] = {
        "id": hash_of(data),
        "fee": 1_100_000,
        "blockNumber": HEIGHT,
        "blockTimeStamp": TIME_MS,
        "contractResult": [""],
        "receipt": {"net_fee": 100_000},
    }
    return {key: value for key, value in (whole | changed).items() if value is not None}


def log_of(sender: bytes, recipient: bytes, amount: int, contract: bytes = TOKEN) -> dict[str, Any]:
    """A TRC-20 movement."""
    return {
        "address": contract[1:].hex(),
        "topics": [TRANSFER.hex(), word(sender[1:]).hex(), word(recipient[1:]).hex()],
        "data": word(amount).hex(),
    }


def inner_of(sender: bytes, to: bytes, *values: dict[str, Any], note: str = "call", **more: Any) -> dict[str, Any]:
    """An inner transaction."""
    return {
        "hash": "11" * 32,
        "caller_address": sender.hex(),
        "transferTo_address": to.hex(),
        "callValueInfo": list(values),
        "note": note.encode().hex(),
    } | more


def block_of(height: int, milliseconds: int = TIME_MS) -> dict[str, Any]:
    """A block as ``getblock`` without details prints it."""
    return {
        "blockID": f"{height:016x}" + hashlib.sha256(str(height).encode()).hexdigest()[16:],
        "block_header": {"raw_data": {"number": height, "timestamp": milliseconds, "witness_address": OTHER.hex()}},
    }


ALICE_TEXT, BOB_TEXT, TOKEN_TEXT, OTHER_TEXT = (to_text(each) for each in (ALICE, BOB, TOKEN, OTHER))
