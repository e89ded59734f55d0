"""Whether a Solana address can receive: no program, no token account itself, enough for an account of its own, not frozen."""

from __future__ import annotations

from chains.errors import NodeMistaken
from chains.receivable import ACCOUNT, CONTRACT, Receiving, ReceivingOrder, no, yes
from chains.solana import programs
from chains.solana.holdings import PARSED, result
from chains.solana.parsed import whole
from chains.solana.survey import account_at, frozen_state, kind_of
from chains.transport import Call, Talk
from chains.types import Network

OPENED = "account_is_opened"


def can_receive(network: Network, talk: Talk, order: ReceivingOrder) -> Receiving:
    """See :meth:`chains.families.Receiver.can_receive`."""
    if order.address in programs.NO_RECIPIENTS or order.address == programs.INCINERATOR:
        return no("other_address", kind=CONTRACT)
    held = (
        [Call("getTokenAccountsByOwner", [order.address, {"mint": order.contract}, PARSED])] if order.contract else []
    )
    calls = [
        Call("getGenesisHash"),
        Call("getAccountInfo", [order.address, PARSED]),
        Call("getMinimumBalanceForRentExemption", [0]),
        *held,
    ]
    genesis, found, least, *owned = talk.rpc(calls)
    if result(talk, genesis) != network.params["genesis"]:
        raise NodeMistaken(f"{talk.node.label}: of another chain")
    row = account_at(talk, found)
    if row is None:
        return Receiving()
    if row.get("executable") is True or kind_of(row) is not None:
        return no("other_address", kind=CONTRACT, deployed=True)
    own = not row or row.get("owner") == programs.SYSTEM
    kind = ACCOUNT if own else CONTRACT
    if order.contract is None:
        opened = not row and order.amount < whole(result(talk, least))
        return no("more_coins") if opened else yes(*(() if row else (OPENED,)), kind=kind, deployed=not own)
    return _of_token(frozen_state(talk, owned[0], order.contract), kind, seen=not owned[0].failed)


def _of_token(frozen: bool | None, kind: str, *, seen: bool) -> Receiving:
    """An associated account is made by whoever pays; one that is frozen takes nothing."""
    if not seen:
        return Receiving(kind=kind)
    return no("unfrozen_tokens", kind=kind) if frozen else yes(*((OPENED,) if frozen is None else ()), kind=kind)
