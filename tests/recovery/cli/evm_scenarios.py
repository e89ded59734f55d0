"""Scenarios on EVM networks: there and final, whose, delivered how, our own books."""

from __future__ import annotations

from tests.recovery.cli.fake_evm import Chain, Node, Tx, address, digest, word
from tests.recovery.cli.scenario import Between, Scenarios
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
ETH = 10**18
NONE = "0x" + "00" * 20


def world(s: Stage, *nodes: dict, slug: str = "ethereum", listed: bool = True, **how) -> Chain:
    """Alice and Bob have addresses, the house has its own; ETH and USDT are listed."""
    chain = s.chain(slug, *nodes, **how)
    chain.token(USDT, "USDT", 6)
    s.network = slug
    s.add("accounts", account=ALICES_NAME, state="active")
    s.add("accounts", account=BOBS_NAME, state="active")
    s.own(slug, ALICE)
    s.own(slug, BOB, BOBS_NAME)
    for where, kind in ((HOT, "hot"), (COLD, "cold"), (GAS, "gas_tank")):
        s.own(slug, where, "", kind=kind)
    if listed:
        s.list(slug, "", "ETH", 18)
        s.list(slug, USDT, "USDT", 6)
    return chain


def paid(s: Stage, chain: Chain, to: str = ALICE, sender: str = STRANGER, **how) -> Tx:
    """Somebody pays ether."""
    tx = chain.send("payment", sender, to, 2 * ETH, **how)
    s.reference = tx.hash
    return tx


def sent(s: Stage, chain: Chain, contract: str = USDT, to: str = ALICE, amount: int = 5_000_000, **how) -> Tx:
    """Somebody pays a token."""
    tx = chain.pay("payment", contract, how.pop("sender", STRANGER), to, amount, **how)
    s.reference = tx.hash
    return tx


# --- plain


@scenario("G02-native", "G02", "CR", legs=[("native", "G02")])
def _(s: Stage) -> None:
    paid(s, world(s))


@scenario("G02-token", "G02", "CR", legs=[("log:0", "G02")])
def _(s: Stage) -> None:
    sent(s, world(s))


@scenario("G02-no-account", "G02", "CR", hidden=())
def _(s: Stage) -> None:
    paid(s, world(s))
    s.account = None


@scenario("G02-unknown-down", None)
def _(s: Stage) -> None:
    paid(s, world(s, down=True))


@scenario("G02-unknown-no-node", None)
def _(s: Stage) -> None:
    paid(s, world(s))
    s.nodes.clear()


# --- A01


@scenario("A01-order-id", "A01", "AM")
def _(s: Stage) -> None:
    world(s)
    s.reference = "ORDER-2024-55812"


@scenario("A01-address", "A01", "AM")
def _(s: Stage) -> None:
    world(s)
    s.reference = ALICE


@scenario("A01-address-link", "A01", "AM")
def _(s: Stage) -> None:
    world(s)
    s.reference = f"https://etherscan.io/address/{ALICE}"


@scenario("A01-block-hash", "A01", "AM")
def _(s: Stage) -> None:
    chain = world(s)
    height = paid(s, chain).height
    assert height is not None
    s.reference = chain.block_hash(height)


@scenario("A01-near-link", "G02", "CR")
def _(s: Stage) -> None:
    s.reference = f"see https://etherscan.io/tx/{paid(s, world(s)).hash} please"


@scenario("A01-near-bare-upper-case", "G02", "CR")
def _(s: Stage) -> None:
    s.reference = f"  {paid(s, world(s)).hash[2:].upper()} "


# --- A02


@scenario("A02-found-elsewhere", "G02", "CR", findings=["A02"], network="polygon")
def _(s: Stage) -> None:
    s.chain("ethereum")
    paid(s, world(s, slug="polygon"))
    s.network = "ethereum"


@scenario("A02-near-where-named", "G02", "CR", without=["A02"], network="ethereum")
def _(s: Stage) -> None:
    s.chain("polygon")
    paid(s, world(s))


@scenario("A02-unknown-sibling-down", None)
def _(s: Stage) -> None:
    s.chain("polygon", down=True)
    paid(s, world(s, hidden=frozenset({digest("payment")})))


@scenario("A02-unknown-named-silent-found-elsewhere", "G02", "CR", findings=["A02"], network="polygon")
def _(s: Stage) -> None:
    s.chain("ethereum", down=True)
    paid(s, world(s, slug="polygon"))
    s.network = "ethereum"


# --- A03


@scenario("A03-nobody-knows", "A03", "AM")
def _(s: Stage) -> None:
    world(s)
    s.reference = digest("never sent")


@scenario("A03-three-nodes", "A03", "AM")
def _(s: Stage) -> None:
    world(s, {}, {}, {})
    s.reference = digest("never sent")


@scenario("A03-unknown-no-history", None)
def _(s: Stage) -> None:
    world(s, archive=False)
    s.reference = digest("never sent")


@scenario("A03-unknown-behind", None)
def _(s: Stage) -> None:
    world(s, behind=5000)
    s.reference = digest("never sent")


@scenario("A03-unknown-syncing", None)
def _(s: Stage) -> None:
    world(s, syncing=True)
    s.reference = digest("never sent")


@scenario("A03-unknown-one-of-two-down", None)
def _(s: Stage) -> None:
    world(s, {}, {"down": True})
    s.reference = digest("never sent")


@scenario("A03-internal-id", "A03", "AM", status=0)
def _(s: Stage) -> None:
    world(s)
    s.reference = "Internal transfer 147586349278"


@scenario("A03-off-chain-id", "A03", "AM", status=0)
def _(s: Stage) -> None:
    world(s)
    s.reference = "Off-chain transfer 147586349278"


# --- A04, A05, A06


@scenario("A04-pending", "A04", "WT")
def _(s: Stage) -> None:
    paid(s, world(s), pending=True)


@scenario("A04-near-mined", "G02", "CR")
def _(s: Stage) -> None:
    paid(s, world(s), ago=81)


@scenario("A04-unknown-one-of-two-down", None)
def _(s: Stage) -> None:
    paid(s, world(s, {}, {"down": True}), pending=True)


@scenario("A05-confirming", "A05", "WT")
def _(s: Stage) -> None:
    paid(s, world(s), ago=3)


@scenario("A05-near-final", "G02", "CR")
def _(s: Stage) -> None:
    paid(s, world(s), ago=80)


@scenario("A05-failed-so-far", "A05", "WT", without=["A09"])
def _(s: Stage) -> None:
    paid(s, world(s), ago=3, status=0)


@scenario("A05-not-ours-yet-confirming", "A05", "WT")
def _(s: Stage) -> None:
    paid(s, world(s), ago=3, to=address("somewhere else"))


@scenario("A05-depth-network", "A05", "WT")
def _(s: Stage) -> None:
    paid(s, world(s, slug="ethereum-classic"), ago=9000)


@scenario("A06-credited-and-confirming", "A06", "CL")
def _(s: Stage) -> None:
    tx = paid(s, world(s), ago=3)
    s.add("credits", network="ethereum", hash=tx.hash, position="native", account=ALICES_NAME, amount=str(2 * ETH),
          credited_at=iso(ago(0)))  # fmt: skip


@scenario("A06-near-credited-and-final", "H01", "CL")
def _(s: Stage) -> None:
    tx = paid(s, world(s))
    s.add("credits", network="ethereum", hash=tx.hash, position="native", account=ALICES_NAME, amount=str(2 * ETH),
          credited_at=iso(ago(0)))  # fmt: skip


# --- A07, A08


@scenario("A07-replaced", "A07", "AM", first="A04", mentions=[digest("speed-up")])
def _(s: Stage) -> Between:
    chain = world(s)
    tx = paid(s, chain, pending=True)

    def between() -> None:
        del chain.txs[tx.hash]
        chain.send("speed-up", STRANGER, ALICE, 2 * ETH, ago=100, nonce=tx.nonce)

    return between


@scenario("A07-near-nonce-free", ("A08", "A07", "A03", None), first="A04", outcomes=[["WT"], ["AM"]])
def _(s: Stage) -> Between:
    chain = world(s)
    tx = paid(s, chain, pending=True)
    return lambda: chain.txs.pop(tx.hash) and None


@scenario("A07-unknown-node-down", None, first="A04")
def _(s: Stage) -> Between:
    chain = Chain("ethereum")
    node = Node(chain)
    world(s)
    s.nodes.clear()
    s.node("ethereum", node)
    paid(s, chain, pending=True)

    def between() -> None:
        node.down = True

    return between


@scenario("A08-gone-after-a-block", "A08", "WT", first="A05")
def _(s: Stage) -> Between:
    chain = world(s)
    tx = paid(s, chain, ago=3)

    def between() -> None:
        chain.blocks[chain.tip - 3] = digest("the other block")
        del chain.txs[tx.hash]

    return between


@scenario("A08-near-mined-again", "G02", "CR", first="A05")
def _(s: Stage) -> Between:
    chain = world(s)
    tx = paid(s, chain, ago=3)

    def between() -> None:
        assert tx.height is not None
        chain.blocks[tx.height] = digest("the other block")
        chain.tip += 200
        chain.finalized += 200
        tx.height += 1

    return between


# --- A09


@scenario("A09-reverted", "A09", "RJ")
def _(s: Stage) -> None:
    paid(s, world(s), status=0)


@scenario("A09-token-reverted", "A09", "RJ")
def _(s: Stage) -> None:
    sent(s, world(s), status=0)


@scenario("A09-near-inner-revert-caught", "F01", "CR")
def _(s: Stage) -> None:
    wallet = address("a wallet contract")
    tx = world(s).send(
        "payment", STRANGER, wallet, 0, data="0xdeadbeef",
        inner=[("CALL", wallet, BOB, 5, "execution reverted"), ("CALL", wallet, ALICE, ETH, None)],
    )  # fmt: skip
    s.reference = tx.hash


@scenario("A09-unknown-two-disagree", None)
def _(s: Stage) -> None:
    altered = {"eth_getTransactionReceipt": lambda told: told and told | {"status": "0x0", "logs": []}}
    paid(s, world(s, {}, {"altered": altered}))


@scenario("A09-one-liar-of-three", "G02", "CR")
def _(s: Stage) -> None:
    altered = {"eth_getTransactionReceipt": lambda told: told and told | {"status": "0x0", "logs": []}}
    paid(s, world(s, {}, {"altered": altered}, {}))


@scenario("A09-one-down-of-three", "A09", "RJ")
def _(s: Stage) -> None:
    paid(s, world(s, {}, {"down": True}, {}), status=0)


@scenario("A09-unknown-two-of-three-down", None)
def _(s: Stage) -> None:
    paid(s, world(s, {}, {"down": True}, {"down": True}), status=0)


# --- A10


@scenario("A10-listed-without-effect", "A10", "RJ", findings=["V5"])
def _(s: Stage) -> None:
    sent(s, world(s), arrives=0)


@scenario("A10-unlisted-without-effect", "A10", "RJ", findings=["V5"])
def _(s: Stage) -> None:
    chain = world(s)
    sent(s, chain, chain.token("a fake", "FAKE"), arrives=0)


@scenario("A10-unknown-listed-pruned", None)
def _(s: Stage) -> None:
    sent(s, world(s, states=128), arrives=0)


@scenario("A10-unknown-unlisted-pruned", None)
def _(s: Stage) -> None:
    chain = world(s, states=128)
    sent(s, chain, chain.token("a fake", "FAKE"), arrives=0)


@scenario("A10-unknown-good-but-pruned", None)
def _(s: Stage) -> None:
    sent(s, world(s, states=128))


@scenario("A10-two-nodes-one-pruned", None)
def _(s: Stage) -> None:
    sent(s, world(s, {}, {"states": 128}), arrives=0)


@scenario("A10-three-nodes-one-pruned", "A10", "RJ")
def _(s: Stage) -> None:
    sent(s, world(s, {}, {"states": 128}, {}), arrives=0)


@scenario("A10-near-young-enough", "G02", "CR")
def _(s: Stage) -> None:
    sent(s, world(s, states=128), ago=100)


@scenario("A10-safe-execution-failure", "A10", "RJ")
def _(s: Stage) -> None:
    chain = world(s)
    safe = chain.token("a safe")
    tx = chain.send("payment", STRANGER, safe, data="0x6a761202" + word(ALICE) + word(ETH))
    chain.log(tx, safe, ["23428b18acfb3ea64b08dc0c1d296ea9c09702c09083ca5272e64d115b687d23", word(7)], word(0))
    s.reference = tx.hash


@scenario("A10-user-operation-failed", "A10", "RJ")
def _(s: Stage) -> None:
    chain = world(s)
    entry = chain.token("0x0000000071727De22E5E9d8BAf0edAc6f37da032", "ENTRY")
    tx = chain.send("payment", STRANGER, entry, data="0x765e827f" + word(ALICE))
    event = "49628fd1471006c1482da88028e9ce4dbb080b815c9b0344d39e5a8e6ec1419f"
    chain.log(tx, entry, [event, word(9), word(address("account")), word(0)], word(1) + word(0) + word(5) + word(6))
    s.reference = tx.hash


# --- A11, A12


@scenario("A11-approve", "A11", "AM")
def _(s: Stage) -> None:
    chain = world(s)
    tx = chain.send("payment", STRANGER, USDT, data="0x095ea7b3" + word(ALICE) + word(10**9))
    chain.log(tx, USDT, ["8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925", word(STRANGER), word(ALICE)],
              word(10**9))  # fmt: skip
    s.reference = tx.hash


@scenario("A11-zero-value", "A11", "AM")
def _(s: Stage) -> None:
    sent(s, world(s), amount=0)


@scenario("A11-zero-ether", "A11", "AM")
def _(s: Stage) -> None:
    s.reference = world(s).send("payment", STRANGER, ALICE, 0).hash


@scenario("A11-unknown-no-traces", None)
def _(s: Stage) -> None:
    chain = world(s, traces=False)
    s.reference = chain.send("payment", STRANGER, chain.token("router"), data="0xdeadbeef").hash


@scenario("A12-bridge", "A12", outcomes=[["WT"], ["AM"], ["WT", "AM"], ["AM", "WT"]])
def _(s: Stage) -> None:
    chain = world(s)
    bridge = chain.token("a bridge")
    s.add("labels", network="ethereum", address=bridge, platform="Some Bridge", kind="bridge")
    s.reference = chain.send("payment", STRANGER, bridge, ETH, data="0xdeadbeef").hash


@scenario("A12-near-no-bridge", ("B12", "B14"), "RJ")
def _(s: Stage) -> None:
    paid(s, world(s), to=address("somebody"))
