# ruff: noqa: E501 - a table of causes is read by rows
"""One example a cause: a case that has it, and one near it that has another. Printed, the table of the whole catalogue."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from chains.catalogue import network as find_network
from chains.surveyed import Survey, Traits
from chains.types import Block, Network, Status, Transaction, Transfer, TransferKind
from recovery.domain.books import Books, KnownAsset, Label, LegHistory, Owner, Proof, Screened, Sighting
from recovery.domain.cause_policy import BUILT_IN, Policy
from recovery.domain.causes.finding import Finding
from recovery.domain.diagnosis import diagnose
from recovery.domain.returned import SentWithdrawal
from tests.recovery.desk import DEPOSIT, LISTED, NETWORK, OUTSIDE, SENDER, TANK, TOKEN, WALLET, seen, transfer

HASH = "0x" + "1" * 64
PAID_AT = datetime(2025, 1, 1, tzinfo=UTC)
NOW = PAID_AT + timedelta(days=2)
MEMOS = replace(NETWORK, memo="optional")
CHAINS = {
    name: find_network(name)
    for name in (
        "bitcoin",
        "bitcoin-cash",
        "bnb-beacon",
        "ethereum",
        "polkadot",
        "solana",
        "stellar",
        "ton",
        "tron",
        "xrpl",
    )
}
OWNER = Owner(DEPOSIT, "acct-1", "deposit", "key")
USDX = KnownAsset(LISTED, "USDX", "listed")
COIN = KnownAsset(None, "ETH", "listed")
BOOKS = Books(owners=(OWNER,), assets=(USDX, COIN), claimant="acct-1", now=NOW)
SHARED = Owner(DEPOSIT, "acct-1", "shared", "key", "1022")
HOT = Owner(DEPOSIT, "", "hot", "key")
SENT = SentWithdrawal("acct-1", LISTED, 1_000, OUTSIDE, None, PAID_AT - timedelta(days=3), "0x" + "9" * 64)


@dataclass(frozen=True)
class Facts:
    """What one diagnosis is made from."""

    tx: Transaction
    books: Books = BOOKS
    network: Network = NETWORK
    survey: Survey | None = None
    policy: Policy = BUILT_IN

    def found(self) -> Finding:
        """The finding; every token arrived unless the survey says otherwise."""
        survey = self.survey or Survey(moved={leg.position: leg.amount for leg in self.tx.transfers})
        return diagnose(self.tx, self.network, self.books, survey, self.policy)


@dataclass(frozen=True)
class Example:
    """``cause`` is reached by ``case``; ``near`` has ``near_cause``. ``beside``: true beside another cause, not the cause."""

    cause: str
    case: Facts
    near: Facts
    near_cause: str | None
    beside: bool = False


def leg(contract: str | None = LISTED, amount: int = 1_000, **changes: Any) -> Transfer:
    """A leg to our deposit address: the listed token unless told otherwise."""
    return transfer(contract, amount, **({"symbol": "USDX" if contract == LISTED else "ODD"} | changes))


def paid(*legs: Transfer, **changes: Any) -> Transaction:
    """A settled transaction of these legs; the listed token to our deposit address when none are given."""
    block = Block(100, "0x" + "b" * 64, PAID_AT)
    return seen(HASH, *(legs or (leg(),)), **({"block": block} | changes))


def on(slug: str, *legs: Transfer, books: Books, survey: Survey | None = None, **changes: Any) -> Facts:
    """The same on another network, with legs of its kinds of addresses."""
    network = CHAINS[slug]
    tx = replace(paid(*legs, **changes), network=network.slug, network_id=network.id, fee=None)
    return Facts(tx, books, network, survey)


def known(**changes: Any) -> Books:
    """The sample books with something else in them."""
    return replace(BOOKS, **changes)


def owned(**changes: Any) -> Books:
    """The sample books with another kind of address."""
    return known(owners=(replace(OWNER, **changes),))


def asset(**changes: Any) -> Books:
    """The sample books with the listed token in another condition."""
    return known(assets=(replace(USDX, **changes), COIN))


def history(**past: Any) -> Books:
    """The sample books with a past of the leg."""
    return known(legs={"log:0": LegHistory(**past)})


def traits(contract: str = TOKEN, **told: Any) -> Survey:
    """A survey in which the token is like that, and arrived."""
    return Survey(moved={"log:0": 1_000}, traits={contract: Traits(exists=True, **told)})


def policy(**parameters: Any) -> Policy:
    """The built-in policy with other parameters."""
    return replace(BUILT_IN, parameters=replace(BUILT_IN.parameters, **parameters))


def elsewhere(tx: Transaction, books: Books | None = None, **more: Any) -> Facts:
    """A transaction that brings nothing to an address of ours."""
    return Facts(tx, books or known(), **more)


def memo(typed: str | None, *, books: Books | None = None, **changes: Any) -> Facts:
    """A payment to a shared address with this memo."""
    return Facts(paid(leg(memo=typed, **changes)), books or known(owners=(SHARED,)), MEMOS)


GOOD = Facts(paid())
ODD = Facts(paid(leg(TOKEN)))
STRANGER = paid(leg(recipient=OUTSIDE))
GONE = {"status": Status.NOT_FOUND, "final": False, "block": None}
WAITING = {"status": Status.PENDING, "final": False, "block": None}
SAW_WAITING = Sighting(in_block=False, block_hash=None, at=PAID_AT)
SAW_BLOCK = Sighting(in_block=True, block_hash="0x" + "c" * 64, at=PAID_AT)
TRX_OWNER = Owner(
    "TJRabPrwbZy45sbavfcjinPJC18kjpRTv8", "acct-1", "deposit", "key", network="tron", here=DEPOSIT, family="tron"
)
EVM_TWIN = replace(OWNER, network="ethereum", here=DEPOSIT, family="evm")
BTC = "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"
BCH_TWIN = Owner(BTC, "acct-1", "deposit", "key", network="bitcoin", here="bitcoincash:qp", family="utxo")
OUTPUT = {"recipient": BTC, "position": "vout:0", "kind": TransferKind.NATIVE, "symbol": "BTC", "sender": None}
BITCOINS = known(owners=(replace(OWNER, address=BTC),), assets=(KnownAsset(None, "BTC", "listed"),))
LATER = replace(OWNER, account="acct-2", valid_from=PAID_AT + timedelta(hours=1))
ENDED = replace(OWNER, valid_until=PAID_AT + timedelta(minutes=1))

EXAMPLES: tuple[Example, ...] = (
    Example("A01", Facts(paid(**GONE | {"status": Status.UNKNOWN, "warnings": ("sender_needed",)})), Facts(paid(**GONE)), "A03"),
    Example("A02", Facts(paid(), known(named_network="ethereum")), Facts(paid(), known(named_network="local")), "G02", beside=True),
    Example("A03", Facts(paid(**GONE)), Facts(paid(**WAITING)), "A04"),
    Example("A04", Facts(paid(**WAITING)), Facts(paid(status=Status.PENDING, final=False)), "A05"),
    Example("A05", Facts(paid(final=False)), GOOD, "G02"),
    Example("A06", Facts(paid(final=False), known(credits={"": LegHistory("acct-1", 1_000)})), Facts(paid(final=False)), "A05"),
    Example("A07", Facts(paid(**GONE), known(sightings=(SAW_WAITING,), replaced=True)), Facts(paid(**GONE)), "A03"),
    Example("A08", Facts(paid(**GONE), known(sightings=(SAW_BLOCK,))), Facts(paid(**GONE)), "A03"),
    Example("A09", Facts(paid(status=Status.FAILED, transfers=(), failure="reverted")), GOOD, "G02"),
    Example("A10", Facts(paid(leg(TOKEN)), survey=Survey(moved={"log:0": 0})), Facts(paid(leg(TOKEN)), survey=Survey(moved={"log:0": 1_000})), "D01"),
    Example("A11", Facts(paid(leg(amount=0))), Facts(paid(leg(amount=1))), "G02"),
    Example("A12", elsewhere(STRANGER, known(labels={OUTSIDE: Label("Hop", "bridge")})), elsewhere(STRANGER), "B12"),
    Example("A13", Facts(paid(status=Status.UNKNOWN, warnings=("node_behind",))), Facts(paid(status=Status.UNKNOWN)), None, beside=True),
    Example("B01", memo(None), memo("1022"), "G02"),
    Example("B02", memo("77"), memo("1022"), "G02"),
    Example("B03", memo("1022", books=known(owners=(replace(SHARED, account="acct-2"),), legs={"log:0": LegHistory("acct-2", 1_000)})), memo("1022", books=known(owners=(replace(SHARED, account="acct-2"),))), "B08"),
    Example("B04", memo("1022 bi"), memo("1023"), "B02"),
    Example("B05", replace(memo("1022"), tx=paid(leg(memo="1022"), warnings=("memo_in_address",))), memo("1022"), "G02"),
    Example("B06", replace(memo(None), tx=paid(leg(), warnings=("memo_encrypted",))), memo(None), "B01"),
    Example("B07", Facts(paid(warnings=("no_transfer_notification",))), GOOD, "G02"),
    Example("B08", Facts(paid(), owned(account="acct-2")), GOOD, "G02"),
    Example("B09", Facts(paid(), owned(valid_until=PAID_AT - timedelta(days=9))), Facts(paid(), owned(valid_until=NOW)), "G02"),
    Example("B10", Facts(paid(), known(claimant_state="closed")), GOOD, "G02"),
    Example("B11", Facts(paid(), known(owners=(HOT,))), Facts(paid(), owned(account="")), "H12"),
    Example("B12", elsewhere(STRANGER), GOOD, "G02"),
    Example("B13", elsewhere(paid(leg(recipient=DEPOSIT[:6] + "0" * 32 + DEPOSIT[-4:])), known(owners=(), claimant_addresses=(DEPOSIT,))), elsewhere(STRANGER, known(claimant_addresses=(DEPOSIT,))), "B12"),
    Example("B14", elsewhere(paid(leg(recipient=LISTED))), elsewhere(STRANGER), "B12"),
    Example("B15", elsewhere(STRANGER, known(labels={OUTSIDE: Label("Our House TR", "platform")}), policy=policy(own_entities=("Our House TR",))), elsewhere(STRANGER, known(labels={OUTSIDE: Label("Our House TR", "platform")})), "H08"),
    Example("B16", Facts(paid(leg(sender=OUTSIDE)), known(owners=(HOT,), withdrawals=(SENT,))), Facts(paid(leg(sender=OUTSIDE, amount=900)), known(owners=(HOT,), withdrawals=(SENT,))), "B11"),
    Example("B17", Facts(paid(leg(sender=TANK)), known(owners=(OWNER, Owner(TANK, "", "gas_tank", "key")))), Facts(paid(leg(sender=TANK))), "F02"),
    Example("C01", Facts(paid(), known(owners=(EVM_TWIN,))), GOOD, "G02"),
    Example("C02", Facts(paid(leg(TOKEN)), known(owners=(EVM_TWIN,), assets=(), network_run=False)), Facts(paid(), known(owners=(EVM_TWIN,))), "C01"),
    Example("C03", Facts(paid(), known(owners=(replace(EVM_TWIN, custody="contract"),))), Facts(paid(), known(owners=(EVM_TWIN,))), "C01"),
    Example("C04", on("bitcoin-cash", leg(None, **OUTPUT | {"recipient": "bitcoincash:qp"}), books=known(owners=(BCH_TWIN,))), on("bitcoin", leg(None, **OUTPUT), books=BITCOINS), "G02"),
    Example("C05", on("bitcoin-cash", leg(None, **OUTPUT | {"recipient": "bitcoincash:qp"}), books=known(owners=(replace(BCH_TWIN, script=True),))), on("bitcoin-cash", leg(None, **OUTPUT | {"recipient": "bitcoincash:qp"}), books=known(owners=(BCH_TWIN,))), "C04"),
    Example("C06", on("polkadot", leg(None), books=known(owners=(replace(EVM_TWIN, network="kusama", family="polkadot"),))), Facts(paid(leg(None))), "G02"),
    Example("C07", Facts(paid(), known(owners=(TRX_OWNER,))), Facts(paid(), known(owners=(EVM_TWIN,))), "C01"),
    Example("C08", on("bnb-beacon", leg(None), books=BOOKS), Facts(paid(leg(None))), "G02"),
    Example("C09", Facts(paid(), known(shown_on=("local", "ethereum-classic"))), Facts(paid(), known(shown_on=("local",))), "G02", beside=True),
    Example("C11", Facts(paid(warnings=("l1_alias_sender",))), GOOD, "G02", beside=True),
    Example("D01", ODD, GOOD, "G02"),
    Example("D02", Facts(paid(), asset(state="delisted")), Facts(paid(), asset(state="suspended")), "G01"),
    Example("D03", Facts(paid(), asset(state="superseded")), Facts(paid(), asset(state="delisted")), "D02"),
    Example("D04", Facts(paid(leg(TOKEN, symbol="USD\u0425"))), Facts(paid(leg(TOKEN, symbol="USDY"))), "D01"),
    Example("D05", Facts(paid(leg(TOKEN, symbol="USDX.e"))), Facts(paid(leg(TOKEN, symbol="USDZ.e"))), "D01"),
    Example("D06", Facts(paid(leg(TOKEN)), survey=Survey(moved={"log:0": 990})), ODD, "D01"),
    Example("D07", Facts(paid(leg(TOKEN)), survey=traits(rebasing=True)), Facts(paid(leg(TOKEN)), survey=traits(rebasing=False)), "D01"),
    Example("D08", Facts(paid(leg(TOKEN)), survey=traits(returns="nothing")), Facts(paid(), survey=traits(LISTED, returns="nothing")), "G02"),
    Example("D09", Facts(paid(leg(TOKEN)), survey=traits(paused=True)), Facts(paid(leg(TOKEN)), survey=traits(paused=False)), "D01"),
    Example("D10", Facts(paid(leg(TOKEN, kind=TransferKind.NFT, amount=1, token_id="7"))), ODD, "D01"),
    Example("D11", on("tron", leg("trc10:1002000", symbol="BTT"), books=BOOKS), on("tron", leg(TOKEN), books=BOOKS), "D01"),
    Example("D12", on("solana", leg(recipient="token-account"), books=BOOKS, survey=Survey(holders={"token-account": DEPOSIT})), on("solana", leg(), books=BOOKS), "G02"),
    Example("D13", on("bitcoin", leg(None, **OUTPUT), books=BITCOINS, warnings=("carries_runes",)), on("bitcoin", leg(None, **OUTPUT), books=BITCOINS), "G02"),
    Example("D14", on("stellar", leg("ABC:G", symbol="ABC"), books=BOOKS), on("stellar", leg(None), books=BOOKS), "G02"),
    Example("D15", on("bitcoin", leg(None, **OUTPUT), books=BITCOINS, warnings=("coinbase",)), on("bitcoin", leg(None, **OUTPUT), books=BITCOINS), "G02"),
    Example("D16", on("bitcoin", leg(None, **OUTPUT | {"recipient": "other"}), books=BITCOINS, warnings=("mweb_output",)), on("bitcoin", leg(None, **OUTPUT | {"recipient": "other"}), books=BITCOINS), "B12"),
    Example("D17", Facts(paid(leg(TOKEN)), survey=traits(receipt_for="erc4626")), Facts(paid(leg(TOKEN)), survey=traits()), "D01"),
    Example("D18", Facts(paid(leg(TOKEN)), survey=traits(wrapped_native=True)), Facts(paid(leg(TOKEN)), survey=traits(wrapped_native=False)), "D01"),
    Example("E01", Facts(paid(), asset(minimum=1_001)), Facts(paid(), asset(minimum=1_000)), "G02"),
    Example("E02", Facts(paid(leg(TOKEN)), known(worth={"log:0": 999})), Facts(paid(leg(TOKEN)), known(worth={"log:0": 1_000})), "D01"),
    Example("E03", Facts(paid(), policy=policy(limits={("local", LISTED): 999})), Facts(paid(), policy=policy(limits={("local", LISTED): 1_000})), "G02"),
    Example("E04", Facts(paid(warnings=("partial_payment",))), GOOD, "G02"),
    Example("E05", Facts(paid(), known(claimed_amount=1_001)), Facts(paid(), known(claimed_amount=1_000)), "G02", beside=True),
    Example("F01", Facts(paid(leg(None, kind=TransferKind.INTERNAL))), Facts(paid(leg(None))), "G02"),
    Example("F02", Facts(paid(leg(sender=WALLET))), GOOD, "G02"),
    Example("F03", Facts(paid(leg(), leg(position="log:1", amount=5)), known(legs={"log:0": LegHistory("acct-1", 1_000)})), Facts(paid(leg(), leg(position="log:1", amount=5))), "G02"),
    Example("F04", on("bitcoin", leg(None, **OUTPUT), books=BITCOINS, warnings=("contract_ended:vout:0",)), on("bitcoin", leg(None, **OUTPUT), books=BITCOINS), "G02"),
    Example("F05", on("bitcoin", leg(None, **OUTPUT), books=BITCOINS, warnings=("coinjoin_shape",)), on("bitcoin", leg(None, **OUTPUT), books=BITCOINS), "G02"),
    Example("F06", on("bitcoin", leg(None, **OUTPUT), books=BITCOINS, warnings=("several_senders",)), on("bitcoin", leg(None, **OUTPUT), books=BITCOINS), "G02", beside=True),
    Example("G01", Facts(paid(), asset(state="suspended")), GOOD, "G02"),
    Example("G02", GOOD, ODD, "D01"),
    Example("G03", Facts(paid(), known(screened=(Screened(SENDER, "hold", "list"),))), Facts(paid(), known(screened=(Screened(SENDER, "clear", "list"),))), "G02"),
    Example("G04", Facts(paid(), known(labels={SENDER: Label("a list", "sanctioned")})), Facts(paid(), known(labels={SENDER: Label("a house", "platform")})), "G02"),
    Example("G05", Facts(paid(), known(labels={SENDER: Label("a house", "platform")}), policy=policy(travel_rule={("local", LISTED): 1_000})), Facts(paid(), known(labels={SENDER: Label("a house", "platform")}), policy=policy(travel_rule={("local", LISTED): 1_001})), "G02"),
    Example("G06", Facts(paid(), known(claimant_state="frozen")), GOOD, "G02"),
    Example("G07", Facts(paid(), asset(deposits_from=NOW + timedelta(days=1))), Facts(paid(), asset(deposits_from=PAID_AT)), "G02"),
    Example("G08", Facts(paid(), history(credited_to="acct-1:earn", credited_amount=1_000)), Facts(paid(), history(credited_to="acct-12", credited_amount=1_000)), "H04"),
    Example("H01", Facts(paid(), history(credited_to="acct-1", credited_amount=1_000)), Facts(paid(), history(credited_to="acct-2", credited_amount=1_000)), "H04"),
    Example("H02", Facts(paid(leg(TOKEN)), history(refunded=True)), ODD, "D01"),
    Example("H03", Facts(paid(leg(TOKEN)), history(claimed_before=True)), ODD, "D01"),
    Example("H04", Facts(paid(leg(TOKEN)), history(claimed_elsewhere=True)), ODD, "D01"),
    Example("H05", Facts(paid(), known(owners=(replace(HOT, kind="shared"),))), Facts(paid(), known(owners=(HOT,))), "B11"),
    Example("H06", Facts(paid(), known(withdrawals=(replace(SENT, account="acct-2", destination=SENDER),))), Facts(paid(), known(withdrawals=(replace(SENT, destination=SENDER),))), "G02", beside=True),
    Example("H07", elsewhere(STRANGER, known(withdrawals=(replace(SENT, hash=HASH),))), elsewhere(STRANGER, known(withdrawals=(replace(SENT, hash=HASH, account="acct-2"),))), "B12"),
    Example("H08", elsewhere(STRANGER, known(labels={OUTSIDE: Label("a house", "platform")})), elsewhere(STRANGER), "B12"),
    Example("H09", Facts(paid(), known(owners=(ENDED, LATER))), Facts(paid(), known(owners=(ENDED,))), "G02"),
    Example("H11", Facts(paid(leg(TOKEN)), known(security_changed_at=NOW - timedelta(hours=71))), Facts(paid(leg(TOKEN)), known(security_changed_at=NOW - timedelta(hours=73))), "D01"),
    Example("H12", Facts(paid(), owned(valid_from=PAID_AT + timedelta(hours=1))), GOOD, "G02"),
)  # fmt: skip
"""Every code of the catalogue but those that no transaction shows: C10 is told by the link, H10 by a refund of ours."""

BY_REFERENCE = frozenset({"C10", "H10"})

PROVEN = (Proof("source", SENDER, "", "eip191", "strong"),)
