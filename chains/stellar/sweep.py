"""Unsigned transactions of Stellar: an amount of lumens or of a classic asset to one destination, for a signer to sign.

The file is a transaction envelope in base64 without signatures; its hash, over the network's passphrase, is what is signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from chains.errors import NodeMistaken, NodeUnavailable, Refused
from chains.stellar import envelope as signed
from chains.stellar.address import check as check_address
from chains.stellar.horizon import look
from chains.stellar.legs import kinds
from chains.stellar.money import LUMENS, Asset, amount, issued
from chains.sweep import SweepFile, SweepOrder, SweepPlan
from chains.transport import Talk
from chains.types import Network

FORM = "stellar_xdr"
VALID = timedelta(hours=1)
FEE = 10_000
"""Stroops offered for the one operation; the network takes what the ledger asks for, seldom more than 100."""

ENTRY = 5_000_000
"""Stroops an account must keep for each entry, twice for itself; not changed since 2019."""

MEMO_NEEDED = "config.memo_required"
_MOST = 2**63 - 1


@dataclass(frozen=True)
class _Ends:
    """Source and destination as accounts; the number of a muxed destination, which is paid as such, or the memo."""

    source: str
    destination: str
    number: str | None
    memo: str | None


def plan(network: Network, talk: Talk, order: SweepOrder) -> SweepPlan:
    """See :meth:`chains.families.Planner.plan_sweep`."""
    ends, asset = _ends(order), _asset(order)
    root = look(network, talk)
    if root.ours is False:
        raise NodeMistaken(f"{talk.node.label}: of another network")
    source, destination = (account_of(talk, address, ours=root.ours) for address in (ends.source, ends.destination))
    if source is None:
        raise Refused("source_does_not_exist")
    _source_can_pay(source, asset, order.amount)
    if destination is None:
        if asset != LUMENS or order.amount < 2 * ENTRY or ends.number is not None:
            raise Refused("destination_does_not_exist")
    else:
        _can_receive(destination, ends, asset, order.amount)
    expires = talk.now().astimezone(UTC).replace(microsecond=0) + VALID
    text = _built(network, ends, asset, order.amount, _sequence(source), expires, new=destination is None)
    made = SweepPlan(
        network=network.slug,
        form=FORM,
        fields=_words(network, text),
        files=(SweepFile("transaction.xdr", FORM, text.encode()),),
        cost=FEE,
        expires=expires,
        warnings=() if root.ours else ("chain_identity_not_visible",),
    )
    if wrong := check(network, order, made):
        raise NodeMistaken(f"a plan that differs from its order: {', '.join(wrong)}")
    return made


def check(network: Network, order: SweepOrder, plan: SweepPlan) -> list[str]:
    """See :meth:`chains.families.Planner.check_plan`."""
    if plan.network != network.slug or plan.form != FORM or len(plan.files) != 1 or plan.files[0].format != FORM:
        return ["form"]
    try:
        ends, asset = _ends(order), _asset(order)
        text = plan.files[0].body.decode("ascii")
        value = _transaction(text)
        wrong = _differing(network, value, text, ends, asset, order.amount)
        until = value.tx.cond.time_bounds
        if until is None or plan.expires is None or until.max_time.time_point.uint64 != int(plan.expires.timestamp()):
            wrong.append("expires")
        if value.tx.fee.uint32 != plan.cost or value.tx.fee.uint32 > FEE:
            wrong.append("fee")
        return wrong + (["fields"] if dict(plan.fields) != _words(network, text) else [])
    except (NodeMistaken, Refused, AttributeError, LookupError, TypeError, ValueError):
        return ["file"]


def _transaction(text: str) -> Any:
    from stellar_sdk import xdr

    value = signed.parsed(xdr.TransactionEnvelope, text)
    if value.v1 is None or value.v1.signatures or value.v1.tx.ext.v != 0:
        raise NodeMistaken("not an unsigned transaction")
    return value.v1


def _differing(network: Network, value: Any, text: str, ends: _Ends, asset: Asset, units: int) -> list[str]:
    """Names of what differs between the envelope and the order."""
    whole = signed.envelope(text, network.params["passphrase"])
    if len(whole.operations) != 1 or whole.operations[0].source_account is not None:
        return ["operations"]
    body, kind = whole.operations[0].body, kinds(whole)[0]
    if kind == "payment":
        paid = body.payment_op
        did = (signed.muxed(paid.destination), signed.asset(paid.asset), paid.amount.int64)
    elif kind == "create_account":
        made = body.create_account_op
        did = ((signed.account_text(made.destination), None), LUMENS, made.starting_balance.int64)
    else:
        return ["operations"]
    wrong = []
    if whole.source != ends.source or signed.muxed(value.tx.source_account)[1] is not None:
        wrong.append("source")
    if did[0] != (ends.destination, ends.number):
        wrong.append("destination")
    if did[1] != asset:
        wrong.append("contract")
    if did[2] != units:
        wrong.append("amount")
    if value.tx.memo != _memo(ends.memo).to_xdr_object():
        wrong.append("memo")
    return wrong


def _ends(order: SweepOrder) -> _Ends:
    """Raises :class:`Refused` for addresses that cannot be used, or a memo that differs from the address's own number."""
    source, destination = check_address(order.source), check_address(order.destination)
    if source.kind != "account" or destination.kind not in ("account", "muxed"):
        raise Refused("not_an_address")
    if order.memo is not None and destination.memo is not None and order.memo != destination.memo:
        raise Refused("memo_conflict")
    if source.normalised == destination.normalised:
        raise Refused("destination_is_the_source")
    if not 0 < order.amount <= _MOST:
        raise Refused("amount_out_of_range")
    memo = None if destination.kind == "muxed" else order.memo
    _memo(memo)
    return _Ends(str(source.normalised), str(destination.normalised), destination.memo, memo)


def _asset(order: SweepOrder) -> Asset:
    if order.contract is None:
        return LUMENS
    code, _, issuer = order.contract.partition(":")
    try:
        return issued(code, issuer)
    except NodeMistaken:
        raise Refused("no_plan_for_this_asset") from None


def _memo(text: str | None) -> Any:
    """The memo ``text`` means: none, a number, a hash in 64 digits, or a text of up to 28 bytes."""
    from stellar_sdk import HashMemo, IdMemo, NoneMemo, TextMemo

    if text is None or text == "":
        return NoneMemo()
    if text.isascii() and text.isdigit() and str(int(text[:20])) == text and int(text) < 2**64:
        return IdMemo(int(text))
    if len(text) == 64 and all(letter in "0123456789abcdefABCDEF" for letter in text):
        return HashMemo(text)
    if len(text.encode()) > 28:
        raise Refused("memo_too_long")
    return TextMemo(text)


def _built(
    network: Network, ends: _Ends, asset: Asset, units: int, sequence: int, expires: datetime, *, new: bool
) -> str:
    from stellar_sdk import Account, Asset as SdkAsset, CreateAccount, MuxedAccount, Payment, TransactionBuilder

    value = f"{units // 10**7}.{units % 10**7:07d}"
    builder = TransactionBuilder(Account(ends.source, sequence), network.params["passphrase"], base_fee=FEE)
    if new:
        builder.append_operation(CreateAccount(ends.destination, value))
    else:
        moved = SdkAsset.native() if asset == LUMENS else SdkAsset(str(asset.code), asset.issuer)
        to = ends.destination if ends.number is None else MuxedAccount(ends.destination, int(ends.number))
        builder.append_operation(Payment(to, moved, value))
    builder.add_memo(_memo(ends.memo)).add_time_bounds(0, int(expires.timestamp()))
    return builder.build().to_xdr()


def _words(network: Network, text: str) -> dict[str, Any]:
    """What the envelope says, for people and programs."""
    value, whole = _transaction(text), signed.envelope(text, network.params["passphrase"])
    body, kind = whole.operations[0].body, kinds(whole)[0]
    made, paid = body.create_account_op, body.payment_op
    return {
        "operation": kind,
        "source": whole.source,
        "destination": signed.muxed(paid.destination)[0] if paid else signed.account_text(made.destination),
        "contract": signed.asset(paid.asset).contract if paid else None,
        "amount": str(paid.amount.int64 if paid else made.starting_balance.int64),
        "muxed_id": signed.muxed(paid.destination)[1] if paid else None,
        "memo_type": whole.memo.kind,
        "memo": whole.memo.text,
        "sequence": str(value.tx.seq_num.sequence_number.int64),
        "fee": str(value.tx.fee.uint32),
        "hash_to_sign": whole.hashes[0],
    }


def account_of(talk: Talk, address: str, *, ours: bool | None) -> Mapping[str, Any] | None:
    """An account as Horizon shows it, ``None`` where there is none, which only a node of this network can say."""
    answer = talk.get(f"/accounts/{address}")
    if answer.status == 404 and ours:
        return None
    if answer.status >= 400:
        raise NodeUnavailable(f"{talk.node.label}: HTTP {answer.status}")
    if not isinstance(answer.value, dict) or answer.value.get("account_id", answer.value.get("id")) != address:
        raise NodeMistaken(f"{talk.node.label}: another account than asked for")
    return answer.value


def _sequence(account: Mapping[str, Any]) -> int:
    text = account.get("sequence")
    if not isinstance(text, str) or not text.isascii() or not text.isdigit() or int(text[:20]) >= _MOST:
        raise NodeMistaken("not a sequence")
    return int(text)


def line_of(account: Mapping[str, Any], asset: Asset) -> Mapping[str, Any] | None:
    """The account's balance of ``asset``."""
    lines = account.get("balances")
    if not isinstance(lines, list):
        raise NodeMistaken("an account has balances")
    for line in lines:
        if not isinstance(line, dict):
            raise NodeMistaken("not a balance")
        named = (line.get("asset_code"), line.get("asset_issuer"))
        if (asset == LUMENS and line.get("asset_type") == "native") or (
            asset.code and named == (asset.code, asset.issuer)
        ):
            return line
    return None


def _free(line: Mapping[str, Any]) -> int:
    """What of a balance is not promised to open offers."""
    return amount(line.get("balance")) - amount(line.get("selling_liabilities", "0.0000000"))


def _source_can_pay(source: Mapping[str, Any], asset: Asset, units: int) -> None:
    native = line_of(source, LUMENS)
    counts = [source.get(name, 0) for name in ("subentry_count", "num_sponsoring", "num_sponsored")]
    if native is None or not all(isinstance(count, int) and not isinstance(count, bool) for count in counts):
        raise NodeMistaken("not an account")
    kept = (2 + counts[0] + counts[1] - counts[2]) * ENTRY
    if _free(native) < kept + FEE + (units if asset == LUMENS else 0):
        raise Refused("not_enough_coins")
    if asset != LUMENS and asset.issuer != source.get("account_id", source.get("id")):
        line = line_of(source, asset)
        if line is None or _free(line) < units:
            raise Refused("not_enough_coins")
        if line.get("is_authorized") is False:
            raise Refused("token_frozen")


def _can_receive(destination: Mapping[str, Any], ends: _Ends, asset: Asset, units: int) -> None:
    """Trust line, room on it, and the word by which an account demands a memo (SEP-29). Raises :class:`Refused`."""
    data = destination.get("data")
    if isinstance(data, dict) and data.get(MEMO_NEEDED) == "MQ==" and (ends.memo, ends.number) == (None, None):
        raise Refused("destination_needs_a_memo")
    if asset == LUMENS or asset.issuer == ends.destination:
        return
    line = line_of(destination, asset)
    if line is None:
        raise Refused("destination_has_no_trust_line")
    if line.get("is_authorized") is False:
        raise Refused("token_frozen")
    held = amount(line.get("balance")) + amount(line.get("buying_liabilities", "0.0000000"))
    if amount(line.get("limit")) - held < units:
        raise Refused("destination_has_no_trust_line")
