"""Unsigned wallet messages of TON: an amount of the coin or of a jetton to one destination, for a signer to sign.

The node tells the wallet's state and, for jettons, the owner's jetton wallet; what is written is read again byte by byte by
:func:`check`, which trusts the order alone.
"""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

from chains.errors import NodeMistaken, NodeUnavailable, Refused
from chains.sweep import SweepFile, SweepOrder, SweepPlan
from chains.ton import bodies, cells, jettons, wallets
from chains.ton.address import friendly, raw_form
from chains.ton.asking import Asking
from chains.ton.decode import Wallet
from chains.ton.fields import whole
from chains.ton.wallets import State
from chains.transport import Talk
from chains.types import Network

FORM = "ton_message"
VALID_HOURS = 24
NETWORK_COST = 20_000_000
"""More than a wallet's one message costs: 0.02 TON."""

JETTON_VALUE = 100_000_000
"""Coins sent along with a jetton, for both wallets' work and the new wallet's rent; what is left over comes back."""

NOTIFY = 1
"""Nanotons forwarded to the receiver, so that it is told with the comment."""


def plan_sweep(network: Network, talk: Talk, order: SweepOrder) -> SweepPlan:
    """See :class:`chains.families.Planner`."""
    asking = Asking(talk)
    asking.maybe("/masterchainInfo")
    source, destination = _account(order.source), _account(order.destination)
    states = _states(asking, [source, destination])
    wallet = _wallet(states.get(source))
    arrives_at = states.get(destination, {}).get("status") == "active"
    own, value, bounce = None, order.amount, arrives_at
    if order.contract is None:
        target, body = destination, _comment(order.memo)
        needed = order.amount + NETWORK_COST
    else:
        own = _own_wallet(asking, source, _account(order.contract), order.amount)
        target, body, value, bounce = own, _request(order, source, destination), JETTON_VALUE, True
        needed = JETTON_VALUE + NETWORK_COST
    if wallet.balance < needed:
        raise Refused("not_enough_coins")
    expires = talk.now().astimezone(UTC).replace(microsecond=0) + timedelta(hours=VALID_HOURS)
    root = wallets.written(wallet, target, value, body, valid_until=int(expires.timestamp()), bounce=bounce)
    plan = SweepPlan(
        network=network.slug,
        form=FORM,
        fields=_fields(order, wallet, root, own=own, value=value, bounce=bounce),
        files=(SweepFile("message.boc", FORM, root.to_boc()),),
        cost=needed - (order.amount if order.contract is None else 0),
        expires=expires,
        warnings=() if arrives_at else ("destination_not_deployed",),
    )
    if wrong := check_plan(network, order, plan):
        raise NodeMistaken(f"a plan that differs from its order: {', '.join(wrong)}")
    return plan


def _fields(
    order: SweepOrder, wallet: State, root: Any, *, own: str | None, value: int, bounce: bool
) -> dict[str, Any]:
    return {
        "wallet": wallet.version,
        "wallet_id": str(wallet.number),
        "seqno": str(wallet.seqno),
        "source": order.source,
        "destination": order.destination,
        "amount": str(order.amount),
        "contract": order.contract,
        "comment": order.memo,
        "jetton_wallet": friendly(own) if own else None,
        "value": str(value),
        "bounce": bounce,
        "send_mode": str(wallets.MODE),
        "hash_to_sign": root.hash.hex(),
        "signature": "after" if wallet.version.startswith("v5") else "before",
    }


def _account(text: str) -> str:
    raw = raw_form(text)
    if raw is None:
        raise Refused("not_an_address")
    return raw


def _states(asking: Asking, accounts: list[str]) -> dict[str, dict[str, Any]]:
    """Accounts as they are, by raw address. Raises :class:`NodeUnavailable` when the node does not show them."""
    query = "&".join(f"address={account}" for account in dict.fromkeys(accounts))
    value = asking.get(f"/accountStates?{query}&include_boc=true")
    rows = value.get("accounts") if value else None
    if not isinstance(rows, list):
        raise NodeUnavailable(f"{asking.talk.node.label}: shows no accounts")
    named = {raw_form(str(row.get("address"))): row for row in rows if isinstance(row, dict)}
    return {account: named[account] for account in accounts if account in named}


def _wallet(row: dict[str, Any] | None) -> State:
    """The wallet of the source. Raises :class:`Refused` for what is no wallet that can be asked."""
    if row is None or row.get("status") != "active":
        raise Refused("source_not_deployed")
    code, data = row.get("code_boc"), row.get("data_boc")
    if not isinstance(code, str) or not isinstance(data, str):
        raise NodeMistaken("an account without its code")
    version = wallets.VERSIONS.get(cells.from_text(code).hash.hex())
    if version is None:
        raise Refused("unknown_wallet")
    try:
        return wallets.state(version, cells.from_text(data), whole(row.get("balance")))
    except ValueError:
        raise Refused("unknown_wallet") from None


def _own_wallet(asking: Asking, owner: str, master: str, amount: int) -> str:
    """The owner's jetton wallet by its master's word. Raises :class:`Refused` when it holds less than ``amount``."""
    own = jettons.named_by_master(asking, Wallet(owner, master))
    if own is None:
        raise NodeUnavailable(f"{asking.talk.node.label}: does not run get-methods")
    left = asking.method(own, "get_wallet_data", [])
    if not left or not isinstance(left[0], dict) or not isinstance(left[0].get("value"), str):
        raise Refused("not_enough_coins")
    try:
        held = int(left[0]["value"], 16)
    except ValueError:
        raise NodeMistaken("a balance is a number") from None
    if held < amount:
        raise Refused("not_enough_coins")
    return own


def _comment(text: str | None) -> Any:
    if not text:
        return cells.builder().end_cell()
    return cells.builder().store_uint(bodies.COMMENT, 32).store_snake_bytes(text.encode()).end_cell()


def _request(order: SweepOrder, source: str, destination: str) -> Any:
    """``transfer`` of TEP-74: the rest of the coins comes back to the source."""
    head = cells.builder().store_uint(bodies.JETTON_TRANSFER, 32).store_uint(0, 64).store_coins(order.amount)
    head.store_address(cells.address(destination)).store_address(cells.address(source)).store_bit(0).store_coins(NOTIFY)
    return head.store_bit(1).store_ref(_comment(order.memo)).end_cell()


def check_plan(network: Network, order: SweepOrder, plan: SweepPlan) -> list[str]:
    """See :class:`chains.families.Planner`."""
    wrong = [] if (plan.network, plan.form, len(plan.files)) == (network.slug, FORM, 1) else ["form"]
    source, destination = raw_form(order.source), raw_form(order.destination)
    try:
        unsigned = wallets.taken_apart(plan.files[0].body)
    except (ValueError, LookupError):
        return [*wrong, "message"]
    if source is None or destination is None:
        return [*wrong, "address"]
    if order.contract is None:
        expected = (destination, order.amount, _comment(order.memo).hash)
    else:
        shown = raw_form(str(plan.fields.get("jetton_wallet")))
        expected = (shown or "", JETTON_VALUE, _request(order, source, destination).hash)
        if not unsigned.bounce:
            wrong.append("bounce")
    told = (unsigned.destination, unsigned.value, unsigned.body.hash)
    wrong += [
        name for name, one, other in zip(("destination", "value", "body"), told, expected, strict=True) if one != other
    ]
    if unsigned.mode != wallets.MODE:
        wrong.append("send_mode")
    if plan.expires is None or unsigned.valid_until != int(plan.expires.timestamp()):
        wrong.append("expires")
    written = {"hash_to_sign": cells.from_bytes(plan.files[0].body).hash.hex(), "seqno": str(unsigned.seqno),
               "wallet_id": str(unsigned.number), "value": str(unsigned.value), "bounce": unsigned.bounce,
               "destination": order.destination, "amount": str(order.amount), "source": order.source,
               "contract": order.contract, "comment": order.memo}  # fmt: skip
    wrong += [name for name, value in written.items() if plan.fields.get(name) != value]
    if not str(plan.fields.get("wallet")).startswith(unsigned.layout):
        wrong.append("wallet")
    return list(dict.fromkeys(wrong))
