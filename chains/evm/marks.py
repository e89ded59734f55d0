"""What a receipt and a transaction say beside what moved: calls that failed inside, senders that are nobody's key. Pure.

A receipt calls a transaction a success when its outermost call was one. Wallets that are contracts catch the failure of
what they were asked to do and only log it. And a transaction that the layer below sends is from the alias of its sender
there, an address nobody has the key of: the address plus :data:`ALIAS_OFFSET` (Arbitrum, OP stack, Scroll, ZKsync).
"""

from __future__ import annotations

from chains.encoding import octets
from chains.evm.fields import Receipt, Sent
from chains.evm.tokens import Log
from chains.types import Network

EXECUTION_FAILURE = bytes.fromhex("23428b18acfb3ea64b08dc0c1d296ea9c09702c09083ca5272e64d115b687d23")
"""``ExecutionFailure(bytes32,uint256)`` of Safe; the first is indexed from version 1.4 on."""
USER_OPERATION = bytes.fromhex("49628fd1471006c1482da88028e9ce4dbb080b815c9b0344d39e5a8e6ec1419f")
"""``UserOperationEvent(bytes32,address,address,uint256,bool,uint256,uint256)`` of ERC-4337, three of them indexed."""
ENTRY_POINTS = {
    "0x5FF137D4b0FDCD49DcA30c7CF57E578a026d2789",
    "0x0000000071727De22E5E9d8BAf0edAc6f37da032",
    "0x4337084D9E255Ff0702461CF8895CE9E3b5Ff108",
}
"""The entry points of ERC-4337, versions 0.6, 0.7 and 0.8: one address each on all networks."""

ALIAS_OFFSET = 0x1111000000000000000000000000000000001111
RELAYS = (bytes.fromhex("d764ad0b"), bytes.fromhex("8ef1332e"))
"""How the bridge's contract below hands a message to its counterpart: ``relayMessage(uint256,address,address,uint256,uint256,
bytes)`` on the OP stack, ``relayMessage(address,address,uint256,uint256,bytes)`` on Scroll."""


def inner_failure(receipt: Receipt) -> bool:
    """Whether a wallet contract or an entry point logged that what it was asked to do failed."""
    return any(_failed(log) for log in receipt.logs)


def _failed(log: Log) -> bool:
    signature = log.topics[0] if log.topics else b""
    if signature == EXECUTION_FAILURE:
        return len(log.topics) * 32 + len(log.data) == 96
    if signature != USER_OPERATION or log.contract not in ENTRY_POINTS:
        return False
    return len(log.topics) == 4 and len(log.data) == 128 and not any(log.data[32:64])


def alias(network: Network, sent: Sent) -> str | None:
    """The code that says whether the sender is an alias, ``None`` where it is not.

    Arbitrum's inbox gives every sender its alias (``alias_types``). The others spare ordinary accounts
    (``alias_perhaps_types``): there it is certain of messages of the bridge, and of who pays the account it is the alias of;
    of others who pay somebody it is possible.
    """
    if sent.kind in network.params.get("alias_types", ()):
        return "l1_alias_sender"
    if sent.kind not in network.params.get("alias_perhaps_types", ()) or sent.sender == sent.to:
        return None
    if sent.data[:4] in RELAYS or _below(sent.sender) == (sent.to or "").lower():
        return "l1_alias_sender"
    return "l1_alias_possible" if sent.value else None


def _below(address: str) -> str:
    """The address whose alias this would be."""
    number = (int.from_bytes(octets(address, length=20), "big") - ALIAS_OFFSET) % (1 << 160)
    return f"0x{number:040x}"
