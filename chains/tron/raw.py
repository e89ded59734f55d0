"""What a transaction's signed bytes say (``raw_data``): the words of its sender, whatever a node makes of them. Pure.

The hash of a transaction is the SHA-256 of these bytes, so a node that shows them cannot lie about sender, recipient,
amount, data or memo. Field numbers are those of ``Tron.proto`` and ``core/contract/*.proto`` of the java-tron project.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chains.tron.address import PREFIX, to_bytes
from chains.tron.protobuf import Message

TRANSFER = "TransferContract"
TRANSFER_ASSET = "TransferAssetContract"
TRIGGER = "TriggerSmartContract"
CREATE = "CreateSmartContract"
PARTICIPATE = "ParticipateAssetIssueContract"

TYPES: Mapping[int, str] = {
    0: "AccountCreateContract",
    1: TRANSFER,
    2: TRANSFER_ASSET,
    3: "VoteAssetContract",
    4: "VoteWitnessContract",
    5: "WitnessCreateContract",
    6: "AssetIssueContract",
    8: "WitnessUpdateContract",
    9: PARTICIPATE,
    10: "AccountUpdateContract",
    11: "FreezeBalanceContract",
    12: "UnfreezeBalanceContract",
    13: "WithdrawBalanceContract",
    14: "UnfreezeAssetContract",
    15: "UpdateAssetContract",
    16: "ProposalCreateContract",
    17: "ProposalApproveContract",
    18: "ProposalDeleteContract",
    19: "SetAccountIdContract",
    30: CREATE,
    31: TRIGGER,
    33: "UpdateSettingContract",
    41: "ExchangeCreateContract",
    42: "ExchangeInjectContract",
    43: "ExchangeWithdrawContract",
    44: "ExchangeTransactionContract",
    45: "UpdateEnergyLimitContract",
    46: "AccountPermissionUpdateContract",
    48: "ClearABIContract",
    49: "UpdateBrokerageContract",
    51: "ShieldedTransferContract",
    52: "MarketSellAssetContract",
    53: "MarketCancelOrderContract",
    54: "FreezeBalanceV2Contract",
    55: "UnfreezeBalanceV2Contract",
    56: "WithdrawExpireUnfreezeContract",
    57: "DelegateResourceContract",
    58: "UnDelegateResourceContract",
    59: "CancelAllUnfreezeV2Contract",
}
"""Numbers and names of the contract types."""

_OWNER_FIELD = {TRANSFER_ASSET: 2, "AccountUpdateContract": 2, "SetAccountIdContract": 2}
_RAW_FIELDS = frozenset({1, 4, 8, 10, 11, 14, 18})


@dataclass(frozen=True)
class Deed:
    """What the one contract of a transaction orders. Addresses are 21 bytes, amounts base units.

    ``value`` is TRX in sun that goes from ``owner`` to ``to``, ``token_value`` units of the TRC-10 token ``token`` (its
    number, or before 2019 its name, in ASCII). ``data`` is the call data of a contract call.
    """

    type: str
    owner: bytes
    to: bytes | None = None
    value: int = 0
    token: bytes = b""
    token_value: int = 0
    data: bytes = b""


@dataclass(frozen=True)
class Raw:
    """``raw_data`` taken apart. Times are milliseconds since 1970; ``plain`` is false when it holds anything besides."""

    deed: Deed
    memo: bytes
    expiration: int
    timestamp: int
    fee_limit: int
    ref_block_bytes: bytes
    ref_block_hash: bytes
    permission: int
    plain: bool


def read(data: bytes) -> Raw:
    """The signed bytes. Raises ``ValueError`` or ``TypeError`` when they are no transaction of one contract."""
    message = Message(data)
    contracts = message.every(11)
    if len(contracts) != 1:
        raise ValueError("not exactly one contract")
    contract = Message(contracts[0])
    parameter = Message(contract.octets(2))
    name = _type(contract.integer(1), parameter.octets(1))
    body = Message(parameter.octets(2))
    deed, known = _deed(name, body)
    plain = (
        message.numbers() <= _RAW_FIELDS
        and contract.numbers() <= {1, 2}
        and parameter.numbers() <= {1, 2}
        and body.numbers() <= known
        and len(message.all) == len(message.numbers())
        and len(body.all) == len(body.numbers())
    )
    return Raw(
        deed=deed,
        memo=message.octets(10),
        expiration=message.integer(8),
        timestamp=message.integer(14),
        fee_limit=message.integer(18),
        ref_block_bytes=message.octets(1),
        ref_block_hash=message.octets(4),
        permission=contract.integer(5),
        plain=plain,
    )


def _type(number: int, url: bytes) -> str:
    name = TYPES.get(number)
    written = url.decode("ascii").rpartition(".")[2]
    if name is None:
        return written or f"type {number}"
    if written != name:
        raise ValueError("a contract of one type in the parameter of another")
    return name


def _deed(name: str, body: Message) -> tuple[Deed, frozenset[int]]:
    """The order, and the numbers of all fields that went into it."""
    owner = _address(body.octets(_OWNER_FIELD.get(name, 1)))
    if reader := _READERS.get(name):
        deed, known = reader(owner, body)
        if deed.value < 0 or deed.token_value < 0:
            raise ValueError("an amount below zero")
        return deed, known
    return Deed(name, owner), frozenset()


def _transfer(owner: bytes, body: Message) -> tuple[Deed, frozenset[int]]:
    return Deed(TRANSFER, owner, _address(body.octets(2)), value=body.integer(3)), frozenset({1, 2, 3})


def _transfer_asset(owner: bytes, body: Message) -> tuple[Deed, frozenset[int]]:
    to, token, amount = _address(body.octets(3)), body.octets(1), body.integer(4)
    return Deed(TRANSFER_ASSET, owner, to, token=token, token_value=amount), frozenset({1, 2, 3, 4})


def _trigger(owner: bytes, body: Message) -> tuple[Deed, frozenset[int]]:
    token_id, token_value = body.integer(6), body.integer(5)
    token = str(token_id).encode() if token_value else b""
    to, data = _address(body.octets(2)), body.octets(4)
    return (
        Deed(TRIGGER, owner, to, value=body.integer(3), token=token, token_value=token_value, data=data),
        frozenset({1, 2, 3, 4}),
    )


def _create(owner: bytes, body: Message) -> tuple[Deed, frozenset[int]]:
    token_id, token_value = body.integer(4), body.integer(3)
    token = str(token_id).encode() if token_value else b""
    value = Message(body.octets(2)).integer(5)
    return Deed(CREATE, owner, value=value, token=token, token_value=token_value), frozenset({1, 2, 3, 4})


def _participate(owner: bytes, body: Message) -> tuple[Deed, frozenset[int]]:
    return Deed(PARTICIPATE, owner, _address(body.octets(2)), value=body.integer(4)), frozenset({1, 2, 3, 4})


_READERS: Mapping[str, Callable[[bytes, Message], tuple[Deed, frozenset[int]]]] = {
    TRANSFER: _transfer,
    TRANSFER_ASSET: _transfer_asset,
    TRIGGER: _trigger,
    CREATE: _create,
    PARTICIPATE: _participate,
}


def _address(data: bytes) -> bytes:
    if len(data) != 21 or data[0] != PREFIX:
        raise ValueError("not an address")
    return data


def deed_in_json(raw_data: Mapping[str, Any]) -> Deed:
    """The order as the node spells it out in JSON. Raises ``ValueError``, ``LookupError`` or ``TypeError``.

    Believed only where a node does not show the bytes; else compared with them.
    """
    contracts = raw_data["contract"]
    if not isinstance(contracts, list) or len(contracts) != 1:
        raise ValueError("not exactly one contract")
    name, value = contracts[0]["type"], contracts[0]["parameter"]["value"]
    if not isinstance(name, str) or not isinstance(value, dict):
        raise TypeError("not a contract")
    owner = to_bytes(value["owner_address"])
    if name in (TRANSFER, PARTICIPATE):
        return Deed(name, owner, to_bytes(value["to_address"]), value=_amount(value, "amount"))
    if name == TRANSFER_ASSET:
        token, amount = _token_name(value.get("asset_name")), _amount(value, "amount")
        return Deed(name, owner, to_bytes(value["to_address"]), token=token, token_value=amount)
    if name not in (TRIGGER, CREATE):
        return Deed(name, owner)
    carried = _amount(value, "call_token_value")
    token = str(_amount(value, "token_id")).encode() if carried else b""
    if name == CREATE:
        return Deed(name, owner, value=_amount(value["new_contract"], "call_value"), token=token, token_value=carried)
    data = bytes.fromhex(value.get("data", ""))
    to = to_bytes(value["contract_address"])
    return Deed(name, owner, to, value=_amount(value, "call_value"), token=token, token_value=carried, data=data)


def _amount(value: Mapping[str, Any], key: str) -> int:
    amount = value.get(key, 0)
    if not isinstance(amount, int) or isinstance(amount, bool) or not 0 <= amount < 1 << 63:
        raise ValueError(f"{key} is no amount")
    return amount


def _token_name(text: object) -> bytes:
    """Nodes write the number of a TRC-10 token in hexadecimal digits of its ASCII, services as it is."""
    if not isinstance(text, str) or not text:
        raise ValueError("no token")
    try:
        written = bytes.fromhex(text)
    except ValueError:
        return text.encode()
    return written if written.isdigit() or not text.isdigit() else text.encode()
