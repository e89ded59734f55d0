"""Which accounts of a trace really are jetton wallets. Anybody can write a contract that acts like one; only the master of a
jetton says which account is whose wallet (``get_wallet_address``, TEP-74).

An indexer lists wallets it checked so (``/jetton/wallets``, also in the ``metadata`` of other answers) and transfers between
them (``/jetton/transfers``). Where it can run the master's method, the master itself is asked too, and its word is the last.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chains.encoding import plain
from chains.errors import NodeMistaken
from chains.ton import bodies, cells
from chains.ton.address import raw_form
from chains.ton.decode import Trace, Wallet
from chains.ton.fields import Message, digest, whole

if TYPE_CHECKING:
    from chains.ton.asking import Asking

MOST_WALLETS = 32
"""Jetton wallets looked at; a batch of payments may touch more, which then stay unsure."""

MOST_MASTERS_ASKED = 8
"""Wallets for which the master itself is asked, one question each."""


def genuine(asking: Asking, trace: Trace) -> tuple[dict[str, Wallet], frozenset[str]]:
    """Real wallets among the accounts that acted like one, and those nobody could say it of."""
    acting: dict[str, Message] = {}
    for message, account in trace.jetton_accounts():
        acting.setdefault(account, message)
    looked_at = list(acting)[:MOST_WALLETS]
    if not looked_at:
        return {}, frozenset()
    listed = _listed(asking, looked_at)
    beside = {} if listed is not None else _told_beside(asking, looked_at)
    all_told = listed is not None or len(beside) == len(looked_at)
    claims = listed if all_told else _from_transfers(asking, trace, looked_at)
    known: dict[str, Wallet] = {}
    unsure = set(acting) - set(looked_at)
    for place, account in enumerate(looked_at):
        claim = beside.get(account) or (claims.get(account) if claims is not None else None)
        own_word = claims is None and account not in beside
        if own_word and place < MOST_MASTERS_ASKED:
            claim = _of_itself(asking, account)
        if claim is None:
            unsure |= {account} if own_word else set()
            continue
        named = named_by_master(asking, claim) if place < MOST_MASTERS_ASKED else None
        if named == account or (named is None and not own_word):
            known[account] = claim
        elif named is None:
            unsure.add(account)
    return known, frozenset(unsure)


def _listed(asking: Asking, accounts: Iterable[str]) -> dict[str, Wallet] | None:
    """Wallets as the indexer lists them, ``None`` when it has no such list."""
    wanted = list(accounts)
    query = "&".join(f"address={account}" for account in wanted)
    value = asking.maybe(f"/jetton/wallets?{query}&limit={len(wanted)}")
    rows = value.get("jetton_wallets") if value else None
    if not isinstance(rows, list):
        return None
    found: dict[str, Wallet] = {}
    for row in rows:
        account, owner, master = (_address(row, key) for key in ("address", "owner", "jetton"))
        if account in wanted and owner and master:
            found[account] = _with_names(Wallet(owner, master), value.get("metadata"))
    return found


def _told_beside(asking: Asking, accounts: Iterable[str]) -> dict[str, Wallet]:
    """Wallets as the ``metadata`` of other answers names them: the same list, told along with the trace itself."""
    wanted, found = set(accounts), {}
    for name, said in asking.told.items():
        account = raw_form(name)
        infos = said.get("token_info") if account in wanted and isinstance(said, Mapping) else None
        for info in infos if isinstance(infos, list) else ():
            if not isinstance(info, Mapping) or info.get("type") != "jetton_wallets" or info.get("valid") is False:
                continue
            owner, master = (_address(info.get("extra"), key) for key in ("owner", "jetton"))
            if account and owner and master:
                found[account] = _with_names(Wallet(owner, master), asking.told)
    return found


def _from_transfers(asking: Asking, trace: Trace, accounts: Iterable[str]) -> dict[str, Wallet] | None:
    """Receiving wallets told from the indexer's list of transfers, ``None`` when it has none.

    The list names the transaction in which the sender's wallet acted; what that sent to an account here is the transfer.
    """
    wanted, found, answered = set(accounts), {}, False
    lts = [part.lt for part in trace.parts.values()]
    for owner in list(_owners(trace))[:MOST_MASTERS_ASKED]:
        value = asking.maybe(
            f"/jetton/transfers?owner_address={owner}&start_lt={min(lts)}&end_lt={max(lts)}&limit=100&sort=asc"
        )
        rows = value.get("jetton_transfers") if value else None
        if not isinstance(rows, list):
            continue
        answered = True
        for row in rows:
            fits = _fitting(trace, row)
            master, destination = _address(row, "jetton_master"), _address(row, "destination")
            if fits is not None and fits in wanted and master and destination:
                found[fits] = Wallet(destination, master)
    return found if answered else None


def _owners(trace: Trace) -> Iterable[str]:
    """Who shall have the tokens, by the requests of the trace."""
    requests = (trace.body(message) for message in trace.messages())
    return dict.fromkeys(body.party for body in requests if body.op == bodies.JETTON_TRANSFER and body.party)


def _fitting(trace: Trace, row: Any) -> str | None:
    """The account that received what ``row`` of the indexer's transfers tells of, if it is of this trace."""
    if not isinstance(row, dict) or row.get("transaction_aborted") is True:
        return None
    try:
        part = trace.parts.get(digest(row.get("transaction_hash")))
        amount = whole(row.get("amount"))
    except NodeMistaken:
        return None
    for message in part.sent if part else ():
        body = trace.body(message)
        if body.op == bodies.JETTON_INTERNAL_TRANSFER and body.amount == amount:
            return message.destination
    return None


def _of_itself(asking: Asking, account: str) -> Wallet | None:
    """What an account says of itself (``get_wallet_data``): balance, owner, master, code. No proof."""
    left = asking.method(account, "get_wallet_data", [])
    if left is None or len(left) < 3:
        return None
    owner, master = _on_stack(left[1]), _on_stack(left[2])
    return Wallet(owner, master) if owner and master else None


def named_by_master(asking: Asking, claim: Wallet) -> str | None:
    """The account the master says is the owner's wallet, ``None`` when it cannot be asked."""
    cell = cells.builder().store_address(cells.address(claim.owner)).end_cell()
    owner = {"type": "slice", "value": base64.b64encode(cell.to_boc()).decode()}
    left = asking.method(claim.master, "get_wallet_address", [owner])
    return _on_stack(left[0]) if left else None


def _on_stack(entry: Any) -> str | None:
    """The address in a cell or slice of a get-method's stack."""
    value = entry.get("value") if isinstance(entry, dict) else None
    if not isinstance(value, str):
        return None
    try:
        return cells.account(cells.opened(cells.from_text(value)).load_address())
    except Exception:  # noqa: BLE001 - the library raises whatever it meets; a contract may leave any cell
        return None


def _address(row: Any, key: str) -> str | None:
    value = row.get(key) if isinstance(row, dict) else None
    return raw_form(value) if isinstance(value, str) else None


def _with_names(wallet: Wallet, metadata: Any) -> Wallet:
    """``wallet`` with the symbol and decimals of its master, where the answer's metadata has them."""
    if not isinstance(metadata, Mapping):
        return wallet
    told = next((said for key, said in metadata.items() if raw_form(key) == wallet.master), None)
    infos = told.get("token_info") if isinstance(told, Mapping) else None
    info = next((one for one in infos if isinstance(one, Mapping)), {}) if isinstance(infos, list) else {}
    extra, symbol = info.get("extra"), info.get("symbol")
    decimals = extra.get("decimals") if isinstance(extra, Mapping) else None
    known = isinstance(decimals, str) and decimals.isascii() and decimals.isdigit() and int(decimals[:4]) <= 77
    return replace(
        wallet,
        symbol=plain(symbol, 32) or None if isinstance(symbol, str) else None,
        decimals=int(decimals) if known and isinstance(decimals, str) else None,
    )
