"""Labels for what a chain shows of a transaction as a whole, and for tokens that are not what they seem.

The exchange is the plain one: the recipient's address is the claimant's, asset and coin are listed, nothing was credited.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from chains.twins import twins
from chains.types import Network
from tests.chains.evm import scenes as evm
from tests.chains.test_conformance import ROWS
from tests.recovery.labelled.labels import CREDIT, Expected, label
from tests.recovery.labelled.ledger import Question, Registries
from tests.recovery.labelled.payments import Payment, all_scenes, payments, plays_of, scene_of
from tests.recovery.labelled.playing import SILENT, Plays, Token, read, with_states
from tests.recovery.labelled.templates import MINE, address, asset, coin, credit, exchange

BEFORE_A_BLOCK = {
    "algorand": ("pending",), "aptos": ("pending",), "cardano": ("mempool",), "cosmos": ("pending",), "evm": ("pending",),
    "near": ("pending",), "solana": ("processed",), "ton": ("pending",), "tron": ("in_the_pool",), "utxo": ("pending",),
    "xrpl": ("pending",),
}  # fmt: skip
NOT_DEEP_ENOUGH = {
    "cardano": ("pending",), "evm": ("shallow",), "near": ("optimistic",), "polkadot": ("pending",), "solana": ("pending",),
    "tezos": ("pending",), "tron": ("pending",), "utxo": ("shallow",),
}  # fmt: skip
CANNOT_KNOW = (
    "without_history", "wrong_chain", "behind", "syncing", "not_synced", "pruned", "identity_refused_not_found",
    "other_side_of_the_split", "dropped",
)  # fmt: skip


@dataclass(frozen=True)
class State:
    """One labelled look at one network. ``settled``: our own books tell the claimant the same while nodes are silent."""

    name: str
    question: Question
    registries: Registries
    nodes: Sequence[Plays]
    expected: Expected
    settled: bool = False

    @property
    def family(self) -> str:
        """Of its network."""
        return next(row.family for row in ROWS if row.slug == self.question.network)


def states() -> list[State]:
    """Every state of every network."""
    found = [one for row in ROWS for one in _of(row)]
    return found + [one for row in ROWS if row.family == "evm" for one in _tokens(row)]


def _of(row: Network) -> Iterator[State]:
    p = next(one for one in payments() if one.network.slug == row.slug and one.scene == "final")
    books = exchange(p).rows()
    mine = exchange(p, credits=[credit(p)]).rows()
    for one in all_scenes(row.slug):
        if one.interface != p.interface:
            continue
        plays = plays_of(one)
        look = Question(row.slug, one.reference, MINE)
        expected = _label(row, one.name)
        if expected is None:
            continue
        yield State(f"{row.slug}: {one.name}", look, books, [plays], expected)
        if expected.cause == "A05":
            yield State(f"{row.slug}: {one.name}, credited", look, mine, [plays], label("A06"), settled=True)
        if expected.cause is None:
            yield State(f"{row.slug}: {one.name}, credited", look, mine, [plays], label("H01"), settled=True)
        if expected.cause == "A03":
            waited = replace(look, seen_waiting=True, replaced=True)
            yield State(f"{row.slug}: replaced", waited, books, [plays], label("A07"))
            dropped = replace(look, seen_waiting=True, replaced=False)
            yield State(f"{row.slug}: dropped", dropped, books, [plays], label("A03"))
            perhaps = replace(look, seen_waiting=True)
            yield State(f"{row.slug}: perhaps replaced", perhaps, books, [plays], label(None))
            gone = replace(look, seen_in_block="cc" * 32)
            yield State(f"{row.slug}: gone with its block", gone, books, [plays], label("A08"))
    yield State(f"{row.slug}: no node", Question(row.slug, p.reference, MINE), books, [], label(None))
    yield State(f"{row.slug}: silent", Question(row.slug, p.reference, MINE), books, [SILENT], label(None))


def _label(row: Network, scene: str) -> Expected | None:
    if scene == "failed":
        return label("A09")
    if scene == "not_found":
        return label("A03")
    if scene == "reorganised":
        return label("A08")
    if scene in BEFORE_A_BLOCK.get(row.family, ()):
        return label("A04")
    if scene in NOT_DEEP_ENOUGH.get(row.family, ()):
        return label("A05")
    told_of_the_node = scene in ("wrong_chain", "behind", "syncing", "not_synced")
    return label(None, None, *(("A13",) if told_of_the_node else ())) if scene in CANNOT_KNOW else None


def _payment(row: Network, scene: str) -> Payment:
    """A token scene as a payment; its leg is the first of a token."""
    one = scene_of(row.slug, scene)
    assert one is not None
    known = next(p for p in payments() if p.network.slug == row.slug and p.scene == "token")
    tx = read(row, [plays_of(one)], one.reference)
    leg = next(leg for leg in tx.transfers if leg.contract is not None)
    return replace(known, scene=scene, truth=plays_of(one), tx=tx, leg=leg)


def _tokens(row: Network) -> Iterator[State]:
    height = evm.chain(row).height

    def state(name: str, scene: str, token: Token, books: Registries, expected: Expected) -> State:
        shown = with_states(plays_of(scene_of(row.slug, scene) or all_scenes(row.slug)[0]), height, token)
        return State(
            f"{row.slug}: {name}",
            Question(row.slug, evm.HASH, MINE),
            books,
            [shown],
            expected,
            settled="H01" in expected.findings,
        )

    plain = _payment(row, "shown_token")
    books, odd = exchange(plain).rows(), exchange(plain, assets=[]).rows()
    yield state("a log of a listed token without effect", "shown_token", Token(0), books, label("A10"))
    yield state("a log of an unlisted token without effect", "shown_token", Token(0), odd, label("A10"))
    yield state("no balances of then", "shown_token", Token(None), books, label(None))
    yield state("no balances of then, not listed", "shown_token", Token(None), odd, label(None))
    yield state("a part was kept, not listed", "shown_token", Token(8), odd, label("D06"))
    yield state("a part was kept, listed", "shown_token", Token(8), books, label("D06", CREDIT))
    paused = {"0x5c975abb": f"0x{1:064x}"}
    yield state(
        "paused", "shown_token", Token(9, paused), odd, label("D09", None, conditions=("token_paused_or_frozen",))
    )
    yield state("paused, listed", "shown_token", Token(9, paused), books, label("D09"))
    two = _payment(row, "two_legs")
    first = exchange(two, credits=[credit(two)]).rows()
    both = Token(13)
    yield state("two legs, one credited", "two_legs", both, first, label("F03", None, "H01"))
    yield state("two legs, none credited", "two_legs", both, exchange(two).rows(), label("G02", None, "F03"))
    single = _payment(row, "collectible")
    yield state("a collectible", "collectible", Token(1), exchange(single).rows(), label("D10"))
    nothing = _payment(row, "nothing")
    yield state("a transfer of nothing", "nothing", Token(0), exchange(nothing).rows(), label("A11"))
    minted = _payment(row, "minted")
    yield state("minted, not listed", "minted", Token(9), exchange(minted, assets=[]).rows(), label("D15"))
    yield state("minted, listed", "minted", Token(9), exchange(minted).rows(), label("G02"))
    yield from _twins(row, plain, height)


def _twins(row: Network, p: Payment, height: int) -> Iterator[State]:
    """A contract of ours that stands on another network; here a node shows that there is code, or none."""
    there = next(twin for twin in twins(row, str(p.leg.recipient)) if twin.network != "tron")
    held = {
        "network": there.network,
        "address": there.address,
        "account": MINE,
        "kind": "deposit",
        "custody": "contract",
    }
    books = exchange(p, addresses=[held]).rows()
    shown = with_states(plays_of(scene_of(row.slug, "shown_token") or all_scenes(row.slug)[0]), height, Token(9))
    expected = label("C03", None, conditions=("contract_cannot_send",))
    yield State(f"{row.slug}: a contract, deployed", Question(row.slug, evm.HASH, MINE), books, [shown], expected)
    own = exchange(p, addresses=[address(p, p.leg.recipient, custody="contract")], assets=[asset(p), coin(p)]).rows()
    yield State(
        f"{row.slug}: a contract of this network", Question(row.slug, evm.HASH, MINE), own, [shown], label("G02")
    )
