"""Unsigned payments of the XRP Ledger: what a signer completes with its public key, signs and sends.

The plan is a ``Payment`` in JSON beside its binary form without key and signature. It never delivers partially, names the
last ledger that may hold it, and is refused where the destination could not receive it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from chains import strict_json
from chains.errors import NodeMistaken, NodeUnavailable, Refused
from chains.sweep import SweepFile, SweepOrder, SweepPlan
from chains.transport import Talk
from chains.types import Network
from chains.xrpl import money
from chains.xrpl.address import account, check as check_address, tag_of
from chains.xrpl.money import SHOWN_DECIMALS, Asset
from chains.xrpl.rippled import Refusal, Server, ask, look

FORM = "xrpl_transaction"
MOST_FEE = 20_000
"""Drops a plan may cost; a network that asks for more is better waited out."""

LEDGERS = 900
"""How long the plan lives: about an hour, for people to approve and sign."""

FASTEST_LEDGER = 3
"""Seconds; ledgers close every three to five."""

TAG_NEEDED, GLOBAL_FREEZE, NO_XRP, DEPOSIT_AUTH = 0x00020000, 0x00400000, 0x00080000, 0x01000000
_PLAIN_RATE = 10**9
_FIELDS = {"TransactionType", "Account", "Destination", "Amount", "Fee", "Flags", "Sequence", "LastLedgerSequence"}


@dataclass(frozen=True)
class _Ends:
    """Source and destination as classic addresses, and the tag."""

    source: str
    destination: str
    tag: int | None


def plan(network: Network, talk: Talk, order: SweepOrder) -> SweepPlan:
    """See :meth:`chains.families.Planner.plan_sweep`."""
    ends, asset = _ends(order), _asset(order)
    server = look(network, talk)
    if server.ours is False:
        raise NodeMistaken(f"{talk.node.label}: of another network")
    if server.tip is None or not server.awake:
        raise NodeUnavailable(f"{talk.node.label}: not in step")
    fee = _fee(talk)
    source = entry_of(talk, ends.source)
    if source is None:
        raise Refused("source_does_not_exist")
    _source_can_pay(server, source, order, fee)
    _destination_can_receive(talk, server, ends, order)
    body: dict[str, Any] = {
        "TransactionType": "Payment",
        "Account": ends.source,
        "Destination": ends.destination,
        "Amount": _amount(asset, order.amount),
        "Fee": str(fee),
        "Flags": 0,
        "Sequence": _sequence(source.get("Sequence")),
        "LastLedgerSequence": server.tip + LEDGERS,
    }
    if ends.tag is not None:
        body["DestinationTag"] = ends.tag
    if asset.code:
        body["SendMax"] = _amount(asset, _trust(talk, ends, asset, order.amount))
    made = SweepPlan(
        network=network.slug,
        form=FORM,
        fields=_words(body),
        files=(SweepFile("payment.json", FORM, _written(body)),),
        cost=fee,
        expires=talk.now().replace(microsecond=0) + timedelta(seconds=LEDGERS * FASTEST_LEDGER),
        warnings=() if server.ours else ("chain_identity_not_visible",),
    )
    if wrong := check(network, order, made):
        raise NodeMistaken(f"a plan that differs from its order: {', '.join(wrong)}")
    return made


def check(network: Network, order: SweepOrder, plan: SweepPlan) -> list[str]:
    """See :meth:`chains.families.Planner.check_plan`."""
    from xrpl.constants import XRPLException
    from xrpl.core.binarycodec import decode

    if plan.network != network.slug or plan.form != FORM or len(plan.files) != 1 or plan.files[0].format != FORM:
        return ["form"]
    try:
        ends, asset = _ends(order), _asset(order)
        value = strict_json.parse(plan.files[0].body)
        body, blob = value["tx_json"], value["tx_blob"]
        if value.keys() != {"tx_json", "tx_blob"} or not isinstance(body, dict) or decode(blob) != body:
            return ["file"]
        wanted = {
            "TransactionType": "Payment",
            "Account": ends.source,
            "Destination": ends.destination,
            "Amount": _amount(asset, order.amount),
            "Flags": 0,
        }
        wrong = [name for name, wish in wanted.items() if body.get(name) != wish]
        wrong += _differing_rest(body, ends, asset, order)
        if plan.cost is None or str(plan.cost) != body.get("Fee"):
            wrong.append("cost")
        return wrong + (["fields"] if dict(plan.fields) != _words(body) else [])
    except (XRPLException, NodeMistaken, Refused, AttributeError, LookupError, TypeError, ValueError):
        return ["file"]


def _differing_rest(body: Mapping[str, Any], ends: _Ends, asset: Asset, order: SweepOrder) -> list[str]:
    """Differences in what an order leaves open, within its bounds."""
    wrong = []
    if not _FIELDS <= body.keys() <= _FIELDS | {"DestinationTag", "SendMax"}:
        wrong.append("extra")
    if body.get("DestinationTag") != ends.tag:
        wrong.append("DestinationTag")
    if not 0 < money.drops(body.get("Fee")) <= MOST_FEE:
        wrong.append("Fee")
    most = body.get("SendMax")
    if (most is None) is not (asset.code is None):
        wrong.append("SendMax")
    elif most is not None:
        limit, least = money.money(most), money.money(body["Amount"])
        if limit.asset != asset or not least.units <= limit.units <= 2 * least.units:
            wrong.append("SendMax")
    return wrong


def _ends(order: SweepOrder) -> _Ends:
    """Raises :class:`Refused` for addresses that cannot be used, or a tag that differs from the address's own."""
    source, destination = check_address(order.source), check_address(order.destination)
    if source.normalised is None or destination.normalised is None or source.memo is not None:
        raise Refused("not_an_address")
    if order.memo is not None and destination.memo is not None and order.memo != destination.memo:
        raise Refused("memo_conflict")
    if source.normalised == destination.normalised:
        raise Refused("destination_is_the_source")
    if order.amount <= 0:
        raise Refused("amount_is_zero")
    try:
        return _Ends(source.normalised, destination.normalised, tag_of(order.memo or destination.memo))
    except ValueError:
        raise Refused("not_a_tag") from None


def _asset(order: SweepOrder) -> Asset:
    if order.contract is None:
        return money.XRP
    code, _, issuer = order.contract.partition(":")
    try:
        asset = Asset(money.currency(code), account(issuer))
    except NodeMistaken:
        raise Refused("no_plan_for_this_asset") from None
    if order.source == issuer:
        raise Refused("source_is_the_issuer")
    return asset


def _amount(asset: Asset, units: int) -> Any:
    """``units`` (drops, or 10^-15 of an issued currency) as the ledger writes them, exactly or not at all."""
    if not asset.code:
        if units > money.MOST_DROPS:
            raise Refused("more_than_there_is")
        return str(units)
    digits = str(units).rstrip("0")
    if len(digits) > 16:
        raise Refused("amount_too_precise")
    value = f"{units // 10**SHOWN_DECIMALS}.{units % 10**SHOWN_DECIMALS:015d}".rstrip("0").rstrip(".")
    # The binary form is read back in the codec's own words, so they are used from the start.
    return _canonical({"currency": asset.code, "issuer": asset.issuer, "value": value})


def _canonical(amount: dict[str, Any]) -> Any:
    from xrpl.core.binarycodec.types.amount import Amount

    return Amount.from_value(amount).to_json()


def _written(body: Mapping[str, Any]) -> bytes:
    from xrpl.core.binarycodec import encode

    return json.dumps({"tx_json": body, "tx_blob": encode(dict(body))}, indent=2, sort_keys=True).encode()


def _words(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, dict) else str(value) for name, value in sorted(body.items())}


def told(talk: Talk, method: str, **params: Any) -> Mapping[str, Any]:
    try:
        return ask(talk, method, params)
    except Refusal as refusal:
        if refusal.word == "actNotFound":
            raise
        raise NodeUnavailable(f"{talk.node.label}: {refusal.word}") from None


def entry_of(talk: Talk, address: str) -> Mapping[str, Any] | None:
    """An account's entry in the newest validated ledger, ``None`` where there is none."""
    try:
        answer = told(talk, "account_info", account=address, ledger_index="validated")
    except Refusal:
        return None
    data = answer.get("account_data")
    if not isinstance(data, dict) or data.get("Account") != address:
        raise NodeMistaken(f"{talk.node.label}: another account than asked for")
    return data


def _fee(talk: Talk) -> int:
    """What the open ledger asks for, within bounds."""
    shown = told(talk, "fee").get("drops")
    if not isinstance(shown, dict):
        raise NodeMistaken(f"{talk.node.label}: no fee")
    fee = max(money.drops(shown.get("open_ledger_fee")), money.drops(shown.get("base_fee")), 10)
    if fee > MOST_FEE:
        raise Refused("fee_too_high")
    return fee


def _source_can_pay(server: Server, source: Mapping[str, Any], order: SweepOrder, fee: int) -> None:
    base, each = reserves(server)
    owned = source.get("OwnerCount", 0)
    if not isinstance(owned, int) or isinstance(owned, bool) or owned < 0:
        raise NodeMistaken("a count is a number")
    needed = fee + (order.amount if order.contract is None else 0) + base + each * owned
    if money.drops(source.get("Balance")) < needed:
        raise Refused("not_enough_coins")


def reserves(server: Server) -> tuple[int, int]:
    """Drops an account must keep, and those for each entry it owns."""
    ledger = (server.info or {}).get("validated_ledger", {})
    found = []
    for name in ("reserve_base_xrp", "reserve_inc_xrp"):
        value = ledger.get(name)
        if not isinstance(value, int | Decimal) or isinstance(value, bool) or not 0 <= value <= 1_000:
            raise NodeMistaken("no reserve")
        found.append(int(Decimal(value) * 10**6))
    return found[0], found[1]


def _destination_can_receive(talk: Talk, server: Server, ends: _Ends, order: SweepOrder) -> None:
    entry = entry_of(talk, ends.destination)
    if entry is None:
        if order.contract is not None or order.amount < reserves(server)[0]:
            raise Refused("destination_does_not_exist")
        return
    flags = flags_of(entry)
    if flags & TAG_NEEDED and ends.tag is None:
        raise Refused("destination_needs_a_tag")
    if flags & NO_XRP and order.contract is None:
        raise Refused("destination_wants_no_xrp")
    if flags & DEPOSIT_AUTH:
        answer = told(talk, "deposit_authorized", source_account=ends.source, destination_account=ends.destination,
                       ledger_index="validated")  # fmt: skip
        if answer.get("deposit_authorized") is not True:
            raise Refused("destination_refuses_strangers")


def _trust(talk: Talk, ends: _Ends, asset: Asset, units: int) -> int:
    """What must be sent so that ``units`` arrive: the issuer's transfer fee on top. Raises :class:`Refused`."""
    issuer = entry_of(talk, str(asset.issuer))
    if issuer is None or flags_of(issuer) & GLOBAL_FREEZE:
        raise Refused("token_frozen")
    rate = issuer.get("TransferRate", _PLAIN_RATE) or _PLAIN_RATE
    if not isinstance(rate, int) or isinstance(rate, bool) or not _PLAIN_RATE <= rate <= 2 * _PLAIN_RATE:
        raise NodeMistaken("not a transfer rate")
    if ends.destination == asset.issuer:
        rate = _PLAIN_RATE
    sent = _rounded_up(-(-units * rate // _PLAIN_RATE))
    exact_ = 10 ** (96 - SHOWN_DECIMALS)
    held = trust_line(talk, ends.source, asset)
    if held is None or held[0] < sent * exact_:
        raise Refused("not_enough_coins")
    if ends.destination != asset.issuer:
        line = trust_line(talk, ends.destination, asset)
        if line is None or line[1] - line[0] < units * exact_:
            raise Refused("destination_has_no_trust_line")
    return sent


def _rounded_up(units: int) -> int:
    """``units`` in no more than 16 digits."""
    step: int = 10 ** max(0, len(str(units)) - 16)
    return -(-units // step) * step


def trust_line(talk: Talk, holder: str, asset: Asset) -> tuple[int, int] | None:
    """Balance and limit of a trust line that is not frozen, in units of 10^-96."""
    lines = told(talk, "account_lines", account=holder, peer=asset.issuer, ledger_index="validated").get("lines")
    if not isinstance(lines, list):
        raise NodeMistaken(f"{talk.node.label}: no lines")
    for line in lines:
        if isinstance(line, dict) and line.get("account") == asset.issuer and line.get("currency") == asset.code:
            if line.get("freeze_peer") is True or line.get("freeze") is True:
                raise Refused("token_frozen")
            return money.exact(line.get("balance")), money.exact(line.get("limit"))
    return None


def flags_of(entry: Mapping[str, Any]) -> int:
    flags = entry.get("Flags", 0)
    if not isinstance(flags, int) or isinstance(flags, bool):
        raise NodeMistaken("flags are a number")
    return flags


def _sequence(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**32:
        raise NodeMistaken("not a sequence")
    return value
