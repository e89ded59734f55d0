"""Whether an EVM address can receive now: what stands at it on this very chain, and whether that takes coins.

A token's ledger credits any address; what a contract does with it afterwards no chain can tell, so it is said to be one.
"""

from __future__ import annotations

from chains import probes
from chains.evm import trial
from chains.evm.asking import rpc_results
from chains.receivable import ACCOUNT, CONTRACT, Receiving, ReceivingOrder, no, yes
from chains.transport import Call, Talk
from chains.types import Network

RESERVED = 1 << 16
"""Below stand precompiled contracts, present and to come (EIP-1352), and well-known graves: nobody holds a key there."""

TRIED_BY = "0x7061796572000000000000000000000000007061"
"""Nobody's address, which a trial gives coins to send (the third parameter of ``eth_call`` changes balances for it)."""

_GAS = hex(100_000)
_RICH = hex(1 << 250)


def can_receive(network: Network, talk: Talk, order: ReceivingOrder) -> Receiving:
    """See :meth:`chains.families.Receiver.can_receive`."""
    if int(order.address, 16) < RESERVED:
        return no("other_address", kind=CONTRACT)
    payment = {"from": TRIED_BY, "to": order.address, "value": hex(order.amount), "gas": _GAS}
    paid = Call("eth_call", [payment, "latest", {TRIED_BY: {"balance": _RICH}}])
    code, *tried = rpc_results(
        talk,
        network,
        [Call("eth_getCode", [order.address, "latest"]), *([] if order.contract else [paid])],
    )
    shown = trial.reply(code) if not code.failed else None
    if shown is None:
        return Receiving()
    kind = CONTRACT if probes.is_contract(shown) else ACCOUNT
    if not shown or not tried:
        return yes(kind=kind, deployed=bool(shown))
    answer = tried[0]
    if not answer.failed:
        return yes(kind=kind, deployed=True)
    if trial.refused_by_contract(answer):
        return no("other_address", kind=kind, deployed=True)
    return Receiving(None, kind, deployed=True)
