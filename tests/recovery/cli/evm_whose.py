"""Scenarios on EVM networks: whose the destination is, when, and what our own books say."""

from __future__ import annotations

from chains.encoding import base58check_encode
from tests.recovery.cli.evm_scenarios import ETH, paid, sent, world
from tests.recovery.cli.fake_evm import Chain, Node, address, digest
from tests.recovery.cli.scenario import Scenarios
from tests.recovery.cli.stage import (
    ALICE,
    ALICES_NAME,
    BOB,
    BOBS_NAME,
    COLD,
    GAS,
    HOT,
    STRANGER,
    USDT,
    Stage,
    ago,
    iso,
)  # fmt: skip

scenario = Scenarios()
OTHER = address("a contract wallet")


def credit(
    s: Stage, account: str, position: str = "native", *, contract: str = "", amount: int = 2 * ETH, **row
) -> None:
    s.add("credits", **({"network": s.network} | row), hash=s.reference, position=position, account=account,
          contract=contract, amount=str(amount), credited_at=iso(ago(0.01)))  # fmt: skip


# --- B03, B08: somebody else's


@scenario("B08-another-account", "B08", "RJ")
def _(s: Stage) -> None:
    paid(s, world(s), to=BOB)


@scenario("B08-near-own", "G02", "CR", without=["B08"])
def _(s: Stage) -> None:
    paid(s, world(s))


@scenario("B08-unknown-down", None)
def _(s: Stage) -> None:
    paid(s, world(s, down=True), to=BOB)


@scenario("B08-unknown-account", "B08", "RJ", hidden=[BOBS_NAME, ALICES_NAME])
def _(s: Stage) -> None:
    paid(s, world(s))
    s.account = "nobody-of-ours"


@scenario("B03-credited-to-another", "B03", "RJ")
def _(s: Stage) -> None:
    paid(s, world(s), to=BOB)
    credit(s, BOBS_NAME)


@scenario("B03-near-credited-to-claimant", "H01", "CL")
def _(s: Stage) -> None:
    paid(s, world(s))
    credit(s, ALICES_NAME)


@scenario("B03-privacy-label-and-memo", "B08", "RJ", hidden=[BOBS_NAME, "vip-desk-7781"])
def _(s: Stage) -> None:
    chain = world(s)
    where = address("bob's second")
    s.own("ethereum", where, BOBS_NAME, label="vip-desk-7781")
    paid(s, chain, to=where)


# --- B09, H09, H12: time


@scenario("B09-retired", "B09", outcomes=[["CR"], ["SW"], ["SW", "CR"]])
def _(s: Stage) -> None:
    chain = world(s)
    where = address("alice's old")
    s.own("ethereum", where, valid_from=iso(ago(90)), valid_until=iso(ago(30)))
    paid(s, chain, to=where, height=chain.height_at(ago(10)))


@scenario("B09-archived", "B09", conditions=["retired_address_key_archive"], outcomes=[["CR"], ["SW", "CR"]])
def _(s: Stage) -> None:
    chain = world(s)
    where = address("alice's old")
    s.own("ethereum", where, valid_from=iso(ago(90)), valid_until=iso(ago(30)), custody="archived")
    paid(s, chain, to=where, height=chain.height_at(ago(10)))


@scenario("B09-near-paid-while-valid", "G02", "CR", without=["H12", "H09"])
def _(s: Stage) -> None:
    chain = world(s)
    where = address("alice's old")
    s.own("ethereum", where, valid_from=iso(ago(90)), valid_until=iso(ago(30)))
    paid(s, chain, to=where, height=chain.height_at(ago(40)))


@scenario("B09-unknown-down", None)
def _(s: Stage) -> None:
    chain = world(s, down=True)
    s.own("ethereum", address("alice's old"), valid_until=iso(ago(30)))
    paid(s, chain, to=address("alice's old"))


def recycled(s: Stage, days: float, first: str = ALICES_NAME, then: str = BOBS_NAME) -> None:
    """One address, first one account's, from 20 days ago the other's; paid ``days`` ago."""
    chain = world(s)
    where = address("recycled")
    s.own("ethereum", where, first, valid_from=iso(ago(90)), valid_until=iso(ago(30)))
    s.own("ethereum", where, then, valid_from=iso(ago(20)))
    paid(s, chain, to=where, height=chain.height_at(ago(days)))


@scenario("H09-owner-of-that-time", "H09", "CR")
def _(s: Stage) -> None:
    recycled(s, 40)


@scenario("H09-owner-of-today", "H09", "RJ", hidden=[BOBS_NAME])
def _(s: Stage) -> None:
    recycled(s, 40, BOBS_NAME, ALICES_NAME)


@scenario("H09-former-owner", ("H09", "B08"), "RJ")
def _(s: Stage) -> None:
    recycled(s, 10)


@scenario("H09-near-owner-of-today-paid-today", "G02", "CR")
def _(s: Stage) -> None:
    recycled(s, 10, BOBS_NAME, ALICES_NAME)


@scenario("H12-between-two-owners", "H12", "AM")
def _(s: Stage) -> None:
    recycled(s, 25)


@scenario("H12-before-it-was-given", "H12", "AM")
def _(s: Stage) -> None:
    chain = world(s)
    s.own("ethereum", address("alice's new"), valid_from=iso(ago(5)))
    paid(s, chain, to=address("alice's new"), height=chain.height_at(ago(6)))


@scenario("H12-near-after-it-was-given", "G02", "CR")
def _(s: Stage) -> None:
    chain = world(s)
    s.own("ethereum", address("alice's new"), valid_from=iso(ago(5)))
    paid(s, chain, to=address("alice's new"), height=chain.height_at(ago(4)))


# --- B10, G06, H11: the account


@scenario("B10-closed", "B10", outcomes=[["RF"], ["SW", "RF"]])
def _(s: Stage) -> None:
    paid(s, world(s))
    s.books["accounts"][0]["state"] = "closed"


@scenario("B10-closed-and-nobody-asks", "B10", outcomes=[["RF"], ["SW", "RF"]], hidden=())
def _(s: Stage) -> None:
    paid(s, world(s))
    s.account = None
    s.books["accounts"][0]["state"] = "closed"


@scenario("B10-near-other-account-closed", "G02", "CR")
def _(s: Stage) -> None:
    paid(s, world(s))
    s.books["accounts"][1]["state"] = "closed"


@scenario("G06-frozen", "G06", "HD")
def _(s: Stage) -> None:
    paid(s, world(s))
    s.books["accounts"][0]["state"] = "frozen"


@scenario("G06-frozen-and-nobody-asks", "G06", "HD", hidden=())
def _(s: Stage) -> None:
    paid(s, world(s))
    s.account = None
    s.books["accounts"][0]["state"] = "frozen"


@scenario("G06-near-already-credited", "H01", "CL")
def _(s: Stage) -> None:
    paid(s, world(s))
    credit(s, ALICES_NAME)
    s.books["accounts"][0]["state"] = "frozen"


@scenario("G06-near-refusal", "A09", "RJ")
def _(s: Stage) -> None:
    paid(s, world(s), status=0)
    s.books["accounts"][0]["state"] = "frozen"


@scenario("G06-near-wait", "A05", "WT")
def _(s: Stage) -> None:
    paid(s, world(s), ago=3)
    s.books["accounts"][0]["state"] = "frozen"


@scenario("G06-unknown-down", None)
def _(s: Stage) -> None:
    paid(s, world(s, down=True))
    s.books["accounts"][0]["state"] = "frozen"


def changed(s: Stage, hours: float) -> None:
    s.books["accounts"][0]["security_changed_at"] = iso(ago(hours / 24))


@scenario("H11-holds-a-refund", "H11", "HD")
def _(s: Stage) -> None:
    chain = world(s)
    sent(s, chain, chain.token("unlisted", "FOO"))
    changed(s, 5)


@scenario("H11-near-credit", "G02", "CR")
def _(s: Stage) -> None:
    paid(s, world(s))
    changed(s, 5)


@scenario("H11-near-long-ago", "D01", "SW", "RF", without=["H11"])
def _(s: Stage) -> None:
    chain = world(s)
    sent(s, chain, chain.token("unlisted", "FOO"))
    changed(s, 80)


# --- G04


def sanction(s: Stage, where: str = STRANGER, kind: str = "sanctioned") -> None:
    s.add("labels", network="ethereum", address=where, platform="A list", kind=kind)


@scenario("G04-sender", "G04", "HD")
def _(s: Stage) -> None:
    paid(s, world(s))
    sanction(s)


@scenario("G04-over-refund", "G04", "HD")
def _(s: Stage) -> None:
    chain = world(s)
    sent(s, chain, chain.token("unlisted", "FOO"))
    sanction(s)


@scenario("G04-over-frozen", ("G04", "G06"), "HD")
def _(s: Stage) -> None:
    paid(s, world(s))
    sanction(s)
    s.books["accounts"][0]["state"] = "frozen"


@scenario("G04-payer-behind-a-router", "G04", "HD")
def _(s: Stage) -> None:
    chain = world(s)
    router = chain.token("router")
    tx = chain.send("payment", STRANGER, router, data="0xdeadbeef")
    chain.move(tx, USDT, router, ALICE, 5_000_000)
    s.reference = tx.hash
    sanction(s)


@scenario("G04-coin-through-a-contract", "G04", "HD")
def _(s: Stage) -> None:
    chain = world(s)
    mixer = chain.token("a mixer")
    tx = chain.send("payment", STRANGER, mixer, data="0xdeadbeef", inner=[("CALL", mixer, ALICE, ETH, None)])
    s.reference = tx.hash
    sanction(s, where=mixer)


@scenario("G04-near-platform", "G02", "CR", without=["G04"])
def _(s: Stage) -> None:
    paid(s, world(s))
    sanction(s, kind="platform")


@scenario("G04-not-over-failure", "A09", "RJ")
def _(s: Stage) -> None:
    paid(s, world(s), status=0)
    sanction(s)


@scenario("G04-not-over-wait", "A05", "WT")
def _(s: Stage) -> None:
    paid(s, world(s), ago=3)
    sanction(s)


@scenario("G04-not-over-closure", "H01", "CL")
def _(s: Stage) -> None:
    paid(s, world(s))
    credit(s, ALICES_NAME)
    sanction(s)


@scenario("G04-not-over-another-account", "B08", "RJ")
def _(s: Stage) -> None:
    paid(s, world(s), to=BOB)
    sanction(s)


@scenario("G04-not-over-fake", "A10", "RJ")
def _(s: Stage) -> None:
    sent(s, world(s), arrives=0)
    sanction(s)


@scenario("G04-unknown-down", None)
def _(s: Stage) -> None:
    paid(s, world(s, down=True))
    sanction(s)


# --- B11, B16, B17, H05, H07


@scenario("B11-hot-wallet", ("B11", "H05"), outcomes=[["RF"], ["AM"], ["AM", "RF"], ["SW", "RF"]])
def _(s: Stage) -> None:
    paid(s, world(s), to=HOT)


@scenario("B11-gas-tank", ("B11", "H05"), outcomes=[["RF"], ["AM"], ["AM", "RF"], ["SW", "RF"]])
def _(s: Stage) -> None:
    paid(s, world(s), to=GAS)


@scenario("B17-sweep", "B17", "CL")
def _(s: Stage) -> None:
    paid(s, world(s), to=COLD, sender=ALICE)


@scenario("B17-gas-top-up", "B17", "CL")
def _(s: Stage) -> None:
    paid(s, world(s), to=ALICE, sender=GAS)


@scenario("B17-near-stranger", "G02", "CR")
def _(s: Stage) -> None:
    paid(s, world(s))


@scenario("H07-our-withdrawal", "H07", "CL")
def _(s: Stage) -> None:
    tx = paid(s, world(s), to=OTHER, sender=HOT)
    s.add("withdrawals", network="ethereum", hash=tx.hash, account=ALICES_NAME, amount=str(2 * ETH), destination=OTHER,
          sent_at=iso(ago(1)))  # fmt: skip


@scenario("H07-near-other-hash", "G02", "CR")
def _(s: Stage) -> None:
    paid(s, world(s))
    s.add("withdrawals", network="ethereum", hash=digest("another"), account=ALICES_NAME, amount=str(2 * ETH),
          destination=OTHER, sent_at=iso(ago(1)))  # fmt: skip


@scenario("H07-anothers-withdrawal", None, hidden=[BOBS_NAME])
def _(s: Stage) -> None:
    tx = paid(s, world(s, down=True), to=OTHER, sender=HOT)
    s.add("withdrawals", network="ethereum", hash=tx.hash, account=BOBS_NAME, amount=str(2 * ETH), destination=OTHER,
          sent_at=iso(ago(1)))  # fmt: skip


def returned(s: Stage, *, percent: int = 100, days: float = 3, asset: str = "", label: bool = True, destination: str = OTHER,
             account: str = ALICES_NAME) -> None:  # fmt: skip
    """A withdrawal went to ``destination``; a stranger's payment comes to the hot wallet."""
    chain = world(s)
    tx = paid(s, chain, to=HOT, height=chain.height_at(ago(1)))
    if label:
        s.add("labels", network="ethereum", address=STRANGER, platform="Other Exchange", kind="platform")
        s.add("labels", network="ethereum", address=OTHER, platform="Other Exchange", kind="platform")
    s.add("withdrawals", network="ethereum", hash=digest("earlier"), account=account, contract=asset,
          amount=str(tx.value * 100 // percent), destination=destination, sent_at=iso(ago(1 + days)))  # fmt: skip


@scenario("B16-returned-by-label", "B16", "CR")
def _(s: Stage) -> None:
    returned(s, percent=97)


@scenario("B16-returned-by-address", "B16", "CR")
def _(s: Stage) -> None:
    returned(s, label=False, destination=STRANGER)


@scenario("B16-near-six-percent-less", ("B11", "H05"), without=["B16"])
def _(s: Stage) -> None:
    returned(s, percent=94)


@scenario("B16-near-more-than-sent", ("B11", "H05"), without=["B16"])
def _(s: Stage) -> None:
    returned(s, percent=103)


@scenario("B16-near-31-days", ("B11", "H05"), without=["B16"])
def _(s: Stage) -> None:
    returned(s, days=31)


@scenario("B16-near-other-asset", ("B11", "H05"), without=["B16"])
def _(s: Stage) -> None:
    returned(s, asset=USDT)


@scenario("B16-near-other-platform", ("B11", "H05"), without=["B16"])
def _(s: Stage) -> None:
    returned(s, label=False)


@scenario(
    "B16-another-accounts-withdrawal",
    ("B16", "B11", "H05", "B08"),
    outcomes=[["RJ"], ["AM"], ["AM", "RF"]],
    hidden=[BOBS_NAME],
)
def _(s: Stage) -> None:
    returned(s, account=BOBS_NAME)


@scenario("B16-unknown-down", None)
def _(s: Stage) -> None:
    returned(s)
    s.nodes["ethereum"] = [s.house.open(Node(Chain("ethereum"), down=True))]


# --- B12, B13, B14


@scenario("B12-not-ours", "B12", "RJ")
def _(s: Stage) -> None:
    paid(s, world(s), to=address("somebody else"))


@scenario("B12-unknown-down", None)
def _(s: Stage) -> None:
    paid(s, world(s, down=True), to=address("somebody else"))


@scenario("H08-labelled-platform", ("H08", "B12"), "RJ")
def _(s: Stage) -> None:
    paid(s, world(s), to=address("somebody else"))
    s.add("labels", network="ethereum", address=address("somebody else"), platform="Other Exchange", kind="platform")


def alike(where: str, *, changed: int = 20) -> str:
    """An address with the same beginning and end."""
    from chains.encoding import checksummed

    middle = f"{(int(where[2 + 6 : 40 - 4], 16) + 12345):030x}"[-30:]
    return checksummed(bytes.fromhex(where[2:8] + middle + where[-4:]))


@scenario("B13-look-alike", "B13", "RJ")
def _(s: Stage) -> None:
    paid(s, world(s), to=alike(ALICE))


@scenario("B13-near-of-another-account", "B12", "RJ", hidden=[BOBS_NAME, BOB, BOB.lower()])
def _(s: Stage) -> None:
    paid(s, world(s), to=alike(BOB))


@scenario("B14-token-contract", "B14", "RJ")
def _(s: Stage) -> None:
    sent(s, world(s), to=USDT)


@scenario("B14-near-person", "B12", "RJ")
def _(s: Stage) -> None:
    sent(s, world(s), to=address("somebody else"))


# --- C


def twin(s: Stage, *nodes: dict, here: str = "polygon", home: str = "ethereum", listed: bool = True, **book):
    """Alice's address is in the book for ``home`` only; paid on ``here``."""
    chain = s.chain(here, *nodes)
    chain.token(USDT, "USDT", 6)
    s.network = here
    s.add("accounts", account=ALICES_NAME, state="active")
    s.own(home, ALICE, **book)
    s.own(here, HOT, "", kind="hot")
    if home != here:
        s.list(home, "", "ETH", 18)
    if listed:
        s.list(here, "", "POL", 18)
    return chain


@scenario("C01-listed-there", "C01", "CR")
def _(s: Stage) -> None:
    paid(s, twin(s))


@scenario("C01-unlisted-there", "C01", "SW", "RF")
def _(s: Stage) -> None:
    chain = twin(s)
    sent(s, chain, chain.token("unlisted", "FOO"))


@scenario("C01-near-in-the-book-there", "G02", "CR")
def _(s: Stage) -> None:
    paid(s, twin(s, home="polygon"))


@scenario("C01-anothers", "B08", "RJ")
def _(s: Stage) -> None:
    chain = twin(s)
    s.own("ethereum", BOB, BOBS_NAME)
    paid(s, chain, to=BOB)


@scenario("C01-unknown-down", None)
def _(s: Stage) -> None:
    paid(s, twin(s, {"down": True}))


@scenario("C01-named-wrong", "C01", "CR", findings=["A02"], network="polygon")
def _(s: Stage) -> None:
    s.chain("ethereum")
    paid(s, twin(s))
    s.network = "ethereum"


@scenario("C02-not-run", ("C01", "C02"), "SW", "RF")
def _(s: Stage) -> None:
    chain = s.chain("mantle")
    s.network = "mantle"
    s.own("ethereum", ALICE)
    s.list("ethereum", "", "ETH", 18)
    paid(s, chain)


@scenario("C03-contract-not-there", "C03", conditions=["contract_not_deployed"])
def _(s: Stage) -> None:
    paid(s, twin(s, custody="contract", kind="contract", factory=address("factory"), salt="0x01"))


@scenario("C03-deployed-cannot-send", "C03", conditions=["contract_cannot_send"])
def _(s: Stage) -> None:
    chain = twin(s, custody="contract", kind="contract")
    chain.token(ALICE)
    sent(s, chain, chain.token("unlisted", "FOO"))


@scenario("C03-unknown-code", (None, "C03"), outcomes=[["WT"], ["SW", "RF"]])
def _(s: Stage) -> None:
    paid(s, twin(s, {"refused": frozenset({"eth_getCode"})}, custody="contract", kind="contract"))


@scenario("C03-near-key", "C01", "CR", without=["C03"])
def _(s: Stage) -> None:
    paid(s, twin(s, custody="key"))


@scenario("C07-tron-address-paid-on-ethereum", "C07", "CR")
def _(s: Stage) -> None:
    chain = world(s)
    where = address("alice's tron key")
    s.own("tron", base58check_encode(b"\x41" + bytes.fromhex(where[2:])))
    paid(s, chain, to=where)


@scenario("C07-unlisted", "C07", "SW", "RF")
def _(s: Stage) -> None:
    chain = world(s)
    where = address("alice's tron key")
    s.own("tron", base58check_encode(b"\x41" + bytes.fromhex(where[2:])))
    sent(s, chain, chain.token("unlisted", "FOO"), to=where)


@scenario("C07-near-somebody", "B12", "RJ")
def _(s: Stage) -> None:
    chain = world(s)
    s.own("tron", base58check_encode(b"\x41" + bytes.fromhex(address("alice's tron key")[2:])))
    paid(s, chain, to=address("somebody else"))


@scenario("C09-both-sides-of-a-fork", "G02", "CR", findings=["C09"])
def _(s: Stage) -> None:
    s.chain("polygon")
    other = s.chain("ethereum-classic")
    other.send("payment", STRANGER, ALICE, 2 * ETH, height=1_000_000)
    paid(s, world(s))
    s.network = "polygon"


@scenario("C09-near-one-side", "G02", "CR", without=["C09"])
def _(s: Stage) -> None:
    s.chain("polygon")
    s.chain("ethereum-classic")
    paid(s, world(s))
    s.network = "polygon"


@scenario("C10-testnet-link", "C10", "RJ", status=0)
def _(s: Stage) -> None:
    world(s)
    s.reference = f"https://sepolia.etherscan.io/tx/{digest('payment')}"


@scenario("C10-near-mainnet-link", "G02", "CR")
def _(s: Stage) -> None:
    s.reference = f"https://etherscan.io/tx/{paid(s, world(s)).hash}"


@scenario("C11-alias", "D01", "SW", "RF", findings=["C11"])
def _(s: Stage) -> None:
    chain = world(s, slug="arbitrum")
    l1 = address("a contract of layer 1")
    s.chain("ethereum").token(l1)
    alias = "0x" + f"{(int(l1, 16) + int('0x1111000000000000000000000000000000001111', 16)) % 2**160:040x}"
    sent(s, chain, chain.token("unlisted", "FOO"), sender=alias, kind="0x69")


@scenario("C11-near-ordinary-sender", "D01", "SW", "RF", without=["C11"])
def _(s: Stage) -> None:
    chain = world(s, slug="arbitrum")
    sent(s, chain, chain.token("unlisted", "FOO"))


# --- own books while nodes are down


@scenario("H01-node-down", "H01", "CL")
def _(s: Stage) -> None:
    paid(s, world(s, down=True))
    credit(s, ALICES_NAME)


@scenario("H01-whole-transaction-node-down", "H01", "CL")
def _(s: Stage) -> None:
    paid(s, world(s, {"down": True}, {"down": True}))
    credit(s, ALICES_NAME, "")


@scenario("H01-pruned", "H01", "CL")
def _(s: Stage) -> None:
    sent(s, world(s, states=128))
    credit(s, ALICES_NAME, "log:0", contract=USDT, amount=5_000_000)


@scenario("H01-nodes-disagree", "H01", "CL")
def _(s: Stage) -> None:
    altered = {"eth_getTransactionByHash": lambda told: told and told | {"value": "0x5"}}
    paid(s, world(s, {}, {"altered": altered}))
    credit(s, ALICES_NAME)


@scenario("H01-near-other-network", "G02", "CR")
def _(s: Stage) -> None:
    paid(s, world(s))
    credit(s, ALICES_NAME, network="polygon")


@scenario("H01-near-credit-of-another-while-down", (None, "B03"), outcomes=[["WT"], ["RJ"]], hidden=[BOBS_NAME])
def _(s: Stage) -> None:
    paid(s, world(s, down=True))
    credit(s, BOBS_NAME)
