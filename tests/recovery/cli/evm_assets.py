"""Scenarios on EVM networks: which asset, how much, how delivered, what the platform was doing, several legs."""

from __future__ import annotations

from tests.recovery.cli.evm_scenarios import ETH, NONE, paid, sent, world
from tests.recovery.cli.evm_whose import credit
from tests.recovery.cli.fake_evm import SINGLE, TRANSFER, Chain, address, text, word
from tests.recovery.cli.scenario import Scenarios
from tests.recovery.cli.stage import (
    ALICE,
    ALICES_NAME,
    BOB,
    BOBS_NAME,
    HOT,
    STRANGER,
    USDT,
    Stage,
    ago,
    iso,
)  # fmt: skip

scenario = Scenarios()
TRUE, FALSE = word(1), word(0)


def unlisted(s: Stage, *nodes: dict, symbol: str = "FOO", transfer: str | None = TRUE, name: str = "unlisted",
             functions: dict | None = None, arrives: int | None = None, **how) -> Chain:  # fmt: skip
    """Alice gets a token that is in no registry."""
    chain = world(s, *nodes, **how)
    place = chain.token(name, symbol, **(functions or {}))
    chain.contracts[place.lower()].transfer = transfer
    sent(s, chain, place, arrives=arrives)
    return chain


# --- D


@scenario("D01-unlisted", "D01", "SW", "RF")
def _(s: Stage) -> None:
    unlisted(s)


@scenario("D01-near-listed", "G02", "CR")
def _(s: Stage) -> None:
    chain = unlisted(s)
    s.list("ethereum", address("unlisted"), "FOO")
    assert chain


@scenario("D01-unknown-pruned", None)
def _(s: Stage) -> None:
    unlisted(s, states=128)


@scenario("D01-unknown-down", None)
def _(s: Stage) -> None:
    unlisted(s, down=True)


@scenario("D01-native-unlisted", "D01", "SW", "RF")
def _(s: Stage) -> None:
    paid(s, world(s, listed=False))


@scenario("D02-delisted", "D02", outcomes=[["SW", "RF"]])
def _(s: Stage) -> None:
    unlisted(s)
    s.list("ethereum", address("unlisted"), "FOO", state="delisted")


@scenario("D03-superseded", "D03", outcomes=[["RF"], ["SW", "RF"]])
def _(s: Stage) -> None:
    unlisted(s)
    s.list("ethereum", address("unlisted"), "FOO", state="superseded", superseded_by=USDT)


@scenario("D03-near-the-new-one", "G02", "CR")
def _(s: Stage) -> None:
    sent(s, world(s))
    s.list("ethereum", address("old"), "USDT", state="superseded", superseded_by=USDT)


@scenario("D04-same-symbol", "D04", "RJ")
def _(s: Stage) -> None:
    unlisted(s, symbol="USDT")


@scenario("D04-confusable-symbol", "D04", "RJ")
def _(s: Stage) -> None:
    unlisted(s, symbol="\u0405D\u0422".replace("\u0405", "U\u0405"))


@scenario("D04-invisible-character", "D04", "RJ")
def _(s: Stage) -> None:
    unlisted(s, symbol="US\u200bDT")


@scenario("D04-near-other-symbol", "D01", "SW", "RF", without=["D04"])
def _(s: Stage) -> None:
    unlisted(s, symbol="USTD-X")


@scenario("D04-near-in-the-registry", "G02", "CR")
def _(s: Stage) -> None:
    unlisted(s, symbol="USDT")
    s.list("ethereum", address("unlisted"), "USDT2")


@scenario("D04-unknown-silent-about-its-name", None)
def _(s: Stage) -> None:
    unlisted(s, {"refused": frozenset({"eth_call"})}, symbol="USDT")


@scenario("D05-bridged", "D05", "SW", "RF", without=["D04"])
def _(s: Stage) -> None:
    unlisted(s, slug="arbitrum", name="0xFF970A61A04b1cA14834A43f5dE4533eBDDB5CC8", symbol="USDC.e")


@scenario("D05-near-says-it-is-bridged", ("D05", "D04"))
def _(s: Stage) -> None:
    unlisted(s, symbol="USDT", functions={"l1Token()": word(USDT), "l2Bridge()": word(HOT)})


@scenario("D06-fee-unlisted", "D06", "SW", "RF")
def _(s: Stage) -> None:
    unlisted(s, arrives=4_900_000)


@scenario("D06-fee-listed", "D06", outcomes=[["SW", "RF"], ["CR"]])
def _(s: Stage) -> None:
    sent(s, world(s), arrives=4_900_000)


@scenario("D06-near-all-arrived", "G02", "CR", without=["D06"])
def _(s: Stage) -> None:
    sent(s, world(s), arrives=5_000_000)


@scenario("D06-unknown-pruned", None)
def _(s: Stage) -> None:
    unlisted(s, arrives=4_900_000, states=128)


@scenario("D07-rebasing", "D07", "SW", "RF")
def _(s: Stage) -> None:
    unlisted(s, functions={"sharesOf(address)": word(4_000_000)})


@scenario("D08-returns-nothing", ("D08", "D01"), "SW", "RF")
def _(s: Stage) -> None:
    unlisted(s, transfer="")


@scenario("D08-cannot-be-moved", ("D08", "D09"))
def _(s: Stage) -> None:
    unlisted(s, transfer=None)


@scenario("D09-paused", "D09", "HD", conditions=["token_paused_or_frozen"])
def _(s: Stage) -> None:
    unlisted(s, functions={"paused()": TRUE}, transfer=None)


@scenario("D09-our-address-blocked", "D09", "HD", conditions=["token_paused_or_frozen"])
def _(s: Stage) -> None:
    unlisted(s, functions={"isBlacklisted(address)": TRUE}, transfer=None)


@scenario("D09-near-not-paused", "D01", "SW", "RF")
def _(s: Stage) -> None:
    unlisted(s, functions={"paused()": FALSE, "isBlacklisted(address)": FALSE})


@scenario("D10-erc721", "D10", "SW", "RF")
def _(s: Stage) -> None:
    chain = world(s)
    nft = chain.token("collectible", "NFT", 0, **{"ownerOf(uint256)": word(ALICE), "supportsInterface(bytes4)": TRUE})
    tx = chain.send("payment", STRANGER, nft, data="0x42842e0e")
    chain.log(tx, nft, [TRANSFER, word(STRANGER), word(ALICE), word(77)], "")
    chain.contracts[nft.lower()].deltas.append((tx.height, ALICE.lower(), 1))
    s.reference = tx.hash


@scenario("D10-erc1155", "D10", "SW", "RF")
def _(s: Stage) -> None:
    chain = world(s)
    nft = chain.token("collectible", "NFT", 0, **{"supportsInterface(bytes4)": TRUE})
    tx = chain.send("payment", STRANGER, nft, data="0xf242432a")
    chain.log(tx, nft, [SINGLE, word(STRANGER), word(STRANGER), word(ALICE)], word(77) + word(3))
    chain.contracts[nft.lower()].holdings[(ALICE.lower(), 77)] = [(tx.height, 3)]
    s.reference = tx.hash


@scenario("D10-near-fungible", "D01", "SW", "RF", without=["D10"])
def _(s: Stage) -> None:
    unlisted(s)


@scenario("D15-minted", "D15", "RJ")
def _(s: Stage) -> None:
    chain = world(s)
    token = chain.token("airdrop", "AIR")
    tx = chain.send("payment", STRANGER, token, data="0xdeadbeef")
    chain.move(tx, token, NONE, ALICE, 9_000_000)
    s.reference = tx.hash


@scenario("D15-near-sent", "D01", "SW", "RF", without=["D15"])
def _(s: Stage) -> None:
    unlisted(s, symbol="AIR")


@scenario("D17-vault-share", "D17", "SW", "RF")
def _(s: Stage) -> None:
    unlisted(s, functions={"asset()": word(USDT), "convertToAssets(uint256)": word(3)})


@scenario("D17-near-plain", "D01", "SW", "RF", without=["D17"])
def _(s: Stage) -> None:
    unlisted(s)


WETH = "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"


@scenario("D18-wrapped-unlisted", "D18", "SW", "RF")
def _(s: Stage) -> None:
    unlisted(s, name=WETH, symbol="WETH")


@scenario("D18-wrapped-listed", ("D18", "G02"), "CR")
def _(s: Stage) -> None:
    unlisted(s, name=WETH, symbol="WETH")
    s.list("ethereum", WETH, "WETH", 18)


# --- E


@scenario("E01-below", "E01", "WT")
def _(s: Stage) -> None:
    sent(s, world(s))
    s.books["assets"][1]["minimum"] = "5000001"


@scenario("E01-near-exactly", "G02", "CR")
def _(s: Stage) -> None:
    sent(s, world(s))
    s.books["assets"][1]["minimum"] = "5000000"


@scenario("E01-unknown-pruned", None)
def _(s: Stage) -> None:
    sent(s, world(s, states=128))
    s.books["assets"][1]["minimum"] = "5000001"


@scenario("E01-what-arrives-counts", ("E01", "D06"))
def _(s: Stage) -> None:
    sent(s, world(s), arrives=4_900_000)
    s.books["assets"][1]["minimum"] = "5000000"


@scenario("E05-claimed-more", ("E05", "G02"), "CR", findings=["E05"])
def _(s: Stage) -> None:
    sent(s, world(s))
    s.more = ("--amount", "5000001")


@scenario("E05-near-claimed-right", "G02", "CR", without=["E05"])
def _(s: Stage) -> None:
    sent(s, world(s))
    s.more = ("--amount", "5000000")


# --- F

WALLET = address("a wallet contract")


def internal(s: Stage, *calls, contract: bool = True, **how) -> None:
    chain = world(s, **how)
    if contract:
        chain.token(WALLET)
    s.reference = chain.send("payment", STRANGER, WALLET, 0, data="0xdeadbeef", inner=calls).hash


@scenario("F01-internal", "F01", "CR", legs=[("trace:0", "F01")])
def _(s: Stage) -> None:
    internal(s, ("CALL", WALLET, ALICE, ETH, None))


@scenario("F01-near-inner-call-failed", ("A10", "A11"), outcomes=[["RJ"], ["AM"]])
def _(s: Stage) -> None:
    internal(s, ("CALL", WALLET, ALICE, ETH, "execution reverted"))


@scenario("F01-near-native", "G02", "CR", without=["F01"])
def _(s: Stage) -> None:
    paid(s, world(s))


@scenario("F01-unknown-no-traces", None)
def _(s: Stage) -> None:
    internal(s, ("CALL", WALLET, ALICE, ETH, None), traces=False)


@scenario("F01-unknown-one-of-two-traces", None)
def _(s: Stage) -> None:
    chain = world(s, {}, {"traces": False})
    chain.token(WALLET)
    tx = chain.send("payment", STRANGER, WALLET, data="0xdeadbeef", inner=[("CALL", WALLET, ALICE, ETH, None)])
    s.reference = tx.hash


@scenario("F01-two-of-three-trace", "F01", "CR")
def _(s: Stage) -> None:
    chain = world(s, {}, {"traces": False}, {})
    chain.token(WALLET)
    tx = chain.send("payment", STRANGER, WALLET, data="0xdeadbeef", inner=[("CALL", WALLET, ALICE, ETH, None)])
    s.reference = tx.hash


@scenario("F01-delegated-call-moves-nothing", ("A10", "A11"), outcomes=[["RJ"], ["AM"]])
def _(s: Stage) -> None:
    internal(s, ("DELEGATECALL", WALLET, ALICE, ETH, None))


@scenario("F02-router", "F02", "CR")
def _(s: Stage) -> None:
    chain = world(s)
    router = chain.token("router")
    tx = chain.send("payment", STRANGER, router, data="0xdeadbeef")
    chain.move(tx, USDT, router, ALICE, 5_000_000)
    s.reference = tx.hash


@scenario("F02-near-direct", "G02", "CR", without=["F02"])
def _(s: Stage) -> None:
    sent(s, world(s))


@scenario("F02-unknown-down", None)
def _(s: Stage) -> None:
    chain = world(s, down=True)
    router = chain.token("router")
    tx = chain.send("payment", STRANGER, router, data="0xdeadbeef")
    chain.move(tx, USDT, router, ALICE, 5_000_000)
    s.reference = tx.hash


def several(s: Stage, *to: str, **how) -> Chain:
    """One transaction that pays USDT through a router, 5, 6, 7 …"""
    chain = world(s, **how)
    router = chain.token("router")
    tx = chain.send("payment", STRANGER, router, data="0xdeadbeef")
    for number, who in enumerate(to):
        chain.move(tx, USDT, router, who, 5_000_000 + number * 1_000_000)
    s.reference = tx.hash
    return chain


@scenario("F03-one-of-two-credited", "F03", "CR", legs=[("log:0", "H01"), ("log:1", "F03")])
def _(s: Stage) -> None:
    several(s, ALICE, ALICE)
    credit(s, ALICES_NAME, "log:0", contract=USDT, amount=5_000_000)


@scenario("F03-near-both-credited", "H01", "CL")
def _(s: Stage) -> None:
    several(s, ALICE, ALICE)
    credit(s, ALICES_NAME, "log:0", contract=USDT, amount=5_000_000)
    credit(s, ALICES_NAME, "log:1", contract=USDT, amount=6_000_000)


@scenario("F03-near-whole-transaction-credited", "H01", "CL")
def _(s: Stage) -> None:
    several(s, ALICE, ALICE)
    credit(s, ALICES_NAME, "", contract=USDT, amount=11_000_000)


@scenario("F03-near-none-credited", ("F02", "F03"), "CR")
def _(s: Stage) -> None:
    several(s, ALICE, ALICE)


@scenario("F03-other-one-was-credited-to-bob", ("F02", "F03"), "CR", hidden=[BOBS_NAME])
def _(s: Stage) -> None:
    several(s, BOB, ALICE)
    credit(s, BOBS_NAME, "log:0", contract=USDT, amount=5_000_000)


@scenario("F03-unknown-pruned", None)
def _(s: Stage) -> None:
    several(s, ALICE, ALICE, states=128)
    credit(s, ALICES_NAME, "log:0", contract=USDT, amount=5_000_000)


@scenario("F04-selfdestruct", "F04", "CR")
def _(s: Stage) -> None:
    internal(s, ("SELFDESTRUCT", WALLET, ALICE, ETH, None))


# --- G


@scenario("G01-suspended", "G01", "WT")
def _(s: Stage) -> None:
    sent(s, world(s))
    s.books["assets"][1]["state"] = "suspended"


@scenario("G01-near-other-asset-suspended", "G02", "CR")
def _(s: Stage) -> None:
    paid(s, world(s))
    s.books["assets"][1]["state"] = "suspended"


@scenario("G01-near-not-ours", "B12", "RJ")
def _(s: Stage) -> None:
    paid(s, world(s), to=address("somebody"))
    s.books["assets"][0]["state"] = "suspended"


@scenario("G01-unknown-down", None)
def _(s: Stage) -> None:
    sent(s, world(s, down=True))
    s.books["assets"][1]["state"] = "suspended"


@scenario("G07-not-yet-open", "G07", "WT", without=["D01"])
def _(s: Stage) -> None:
    sent(s, world(s))
    s.books["assets"][1]["deposits_from"] = iso(ago(-2))


@scenario("G07-near-open-since", ("G02", "G07"), "CR")
def _(s: Stage) -> None:
    sent(s, world(s))
    s.books["assets"][1]["deposits_from"] = iso(ago(20))


@scenario("G07-open-now-not-then", ("G02", "G07"), "CR")
def _(s: Stage) -> None:
    chain = world(s)
    sent(s, chain, height=chain.height_at(ago(10)))
    s.books["assets"][1]["deposits_from"] = iso(ago(5))


# --- precedence and several legs


@scenario("order-fake-token-to-bob", ("A10", "B08"), "RJ")
def _(s: Stage) -> None:
    sent(s, world(s), to=BOB, arrives=0)


@scenario("order-owner-before-asset", "B08", "RJ")
def _(s: Stage) -> None:
    chain = world(s)
    sent(s, chain, chain.token("unlisted", "FOO"), to=BOB)


@scenario("order-asset-before-amount", "D02", "SW", "RF")
def _(s: Stage) -> None:
    unlisted(s)
    s.list("ethereum", address("unlisted"), "FOO", state="delisted", minimum="9999999999")


@scenario("order-amount-before-delivery", "E01", "WT")
def _(s: Stage) -> None:
    several(s, ALICE)
    s.books["assets"][1]["minimum"] = "9999999999"


@scenario("order-delivery-before-platform", "F02", "CR")
def _(s: Stage) -> None:
    several(s, ALICE)


@scenario("order-suspended-and-routed", ("G01", "F02"), "WT")
def _(s: Stage) -> None:
    several(s, ALICE)
    s.books["assets"][1]["state"] = "suspended"


@scenario("order-closed-and-unlisted", "D01", "SW", "RF", findings=["B10"])
def _(s: Stage) -> None:
    unlisted(s)
    s.books["accounts"][0]["state"] = "closed"


@scenario("order-credited-and-sanctioned-and-frozen", "H01", "CL")
def _(s: Stage) -> None:
    several(s, ALICE)
    credit(s, ALICES_NAME, "log:0", contract=USDT, amount=5_000_000)
    s.add("labels", network="ethereum", address=STRANGER, platform="A list", kind="sanctioned")
    s.books["accounts"][0]["state"] = "frozen"


@scenario("legs-claimants-decides", "F02", "CR", hidden=[BOBS_NAME])
def _(s: Stage) -> None:
    several(s, BOB, ALICE)


@scenario("legs-first-open-without-account", ("F02", "F03"), "CR", hidden=())
def _(s: Stage) -> None:
    several(s, BOB, ALICE)
    s.account = None
    credit(s, BOBS_NAME, "log:0", contract=USDT, amount=5_000_000)


@scenario("legs-of-strangers-are-none", "F02", "CR", legs=[("log:1", "F02")])
def _(s: Stage) -> None:
    several(s, address("somebody"), ALICE)


@scenario("legs-two-tokens-two-causes", "F02", "CR", legs=[("log:0", "F02"), ("log:1", "D01")])
def _(s: Stage) -> None:
    chain = several(s, ALICE)
    chain.move(chain.txs[s.reference], chain.token("unlisted", "FOO"), address("router"), ALICE, 9)


@scenario("legs-fake-and-good", "F02", "CR", legs=[("log:0", "F02"), ("log:1", "A10")])
def _(s: Stage) -> None:
    chain = several(s, ALICE)
    chain.move(chain.txs[s.reference], chain.token("a fake", "FAKE"), address("router"), ALICE, 9, arrives=0)


# --- what must not be credited twice, and what a node keeps to itself


@scenario("order-own-address-credited-to-another", ("B03", "H04", "H01", "B08"), without=["G02"], hidden=[BOBS_NAME])
def _(s: Stage) -> None:
    paid(s, world(s))
    credit(s, BOBS_NAME)


@scenario("D04-confusable-name", ("D04", "D01"), outcomes=[["RJ"], ["SW", "RF"]])
def _(s: Stage) -> None:
    unlisted(s, symbol="T0", functions={"name()": text("USDT")})


@scenario("D04-unknown-symbol-kept-back", (None, "D01"), outcomes=[["WT"], ["SW", "RF"]])
def _(s: Stage) -> None:
    unlisted(s, {"limited": frozenset({"symbol()"})}, symbol="USDT")


@scenario("H11-nobody-asks", ("H11", "D01"), outcomes=[["HD"], ["SW", "RF"]], hidden=())
def _(s: Stage) -> None:
    unlisted(s)
    s.account = None
    s.books["accounts"][0]["security_changed_at"] = iso(ago(0.1))
