"""Scenarios on the other families, on the invented ledgers of the conformance suite: memos, twins, what each family adds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest.mock import patch

from stellar_sdk import Asset, IdMemo, Payment, TextMemo

from chains.catalogue import network as row_of
from chains.encoding import base58check_decode
from tests.chains.cosmos import scenes as cosmos
from tests.chains.stellar import book as lumens
from tests.chains.ton import scenes as ton
from tests.chains.ton.making import internal_transfer
from tests.chains.tron import records as tron_records, scenes as tron
from tests.chains.utxo import scenes as utxo
from tests.chains.utxo.worlds import INTERFACES
from tests.chains.xrpl import book as ripple
from tests.chains.xrpl.scenes import scenes as ripple_scenes
from tests.recovery.cli.scenario import Scenarios
from tests.recovery.cli.stage import ALICES_NAME, BOBS_NAME, Stage, ago, iso

scenario = Scenarios()


def people(s: Stage, slug: str, symbol: str = "", decimals: int = 6, *, listed: bool = True) -> None:
    s.network = slug
    s.add("accounts", account=ALICES_NAME, state="active")
    s.add("accounts", account=BOBS_NAME, state="active")
    if listed:
        s.list(slug, "", symbol or row_of(slug).native.symbol, row_of(slug).native.decimals)


# --- memos, on Cosmos Hub

HUB = row_of("cosmoshub")
SHOP = cosmos.account(HUB, 2)


def memo(
    s: Stage, text: str, *, denom: str = "", down: bool = False, slug: str = "cosmoshub", to: str = "", **book: str
) -> None:
    """A payment to a shared address with ``text``; ``book`` are memos of accounts (``alice=…``, ``bob=…``)."""
    row = row_of(slug)
    people(s, slug)
    payer, shop = cosmos.account(row, 1), to or cosmos.account(row, 2)
    coin = denom or row.params["denom"]
    found = cosmos.transaction(
        row, [cosmos.send(payer, shop, 1_000_000, coin)], cosmos.paid(payer, shop, f"1000000{coin}"), memo=text
    )
    s.node(slug, cosmos.node(row, None if down else found, first=not down))
    s.reference = cosmos.HASH
    for name, value in book.items():
        owner = BOBS_NAME if name.startswith("bob") else ALICES_NAME
        s.own(slug, cosmos.account(row, 2), owner, kind="shared", memo=value)


@scenario("B00-memo-right", "G02", "CR")
def _(s: Stage) -> None:
    memo(s, "1022568865", alice="1022568865", bob="777")


@scenario("B01-missing", "B01", "AM", conditions=["memo_owner_proof"])
def _(s: Stage) -> None:
    memo(s, "", alice="1022568865", bob="777")


@scenario("B02-unknown", "B02", "AM", conditions=["memo_owner_proof"])
def _(s: Stage) -> None:
    memo(s, "5550001", alice="1022568865", bob="777")


@scenario("B02-two-possible-owners", "B02", "AM", conditions=["memo_owner_proof"])
def _(s: Stage) -> None:
    memo(s, "00123", alice="123", bob="0123")


@scenario("B03-anothers-credited", "B03", "RJ")
def _(s: Stage) -> None:
    memo(s, "777", alice="1022568865", bob="777")
    s.add("credits", network="cosmoshub", hash=cosmos.HASH, position="msg:0/0", account=BOBS_NAME, amount="1000000",
          credited_at=iso(ago(1)))  # fmt: skip


@scenario("B03-near-anothers-not-credited", "B08", "RJ")
def _(s: Stage) -> None:
    memo(s, "777", alice="1022568865", bob="777")


@scenario("B04-anothers-mistyped", ("B08", "B03", "H05", "B02"), outcomes=[["RJ"], ["AM"]])
def _(s: Stage) -> None:
    memo(s, "777 bi", alice="1022568865", bob="777")


@scenario("B01-unknown-no-history", None)
def _(s: Stage) -> None:
    memo(s, "", down=True, alice="1022568865")


TYPOS = {
    "letters-behind": "1022568865bi",
    "spaces": "  1022568865  ",
    "inner-spaces": "1022 568 865",
    "full-width": "１０２２５６８８６５",
    "zero-width": "10225\u200b68865",
    "bom": "\ufeff1022568865",
    "soft-hyphen": "1022\u00ad568865",
    "no-break-space": "1022568865\u00a0",
    "right-to-left-mark": "\u200f1022568865",
    "arabic-digits": "١٠٢٢٥٦٨٨٦٥",
    "devanagari-digits": "१०२२५६८८६५",
    "double-quotes": '"1022568865"',
    "curly-quotes": "“1022568865”",
    "json": '{"memo": "1022568865"}',
    "json-number": '{"tag":1022568865}',
    "words": "memo: 1022568865",
    "other-words": "UID 1022568865 deposit",
    "leading-zeros": "0001022568865",
    "hash-sign": "#1022568865",
    "newline": "1022568865\n",
    "hexadecimal-text": "0x" + b"1022568865".hex(),
    "base64-text": "MTAyMjU2ODg2NQ==",
}


def _typo(name: str, text: str) -> None:
    @scenario(f"B04-{name}", "B04", "CR")
    def _(s: Stage) -> None:
        memo(s, text, alice="1022568865", bob="777")


for _name, _text in TYPOS.items():
    _typo(_name, _text)


@scenario("B04-email", "B04", "CR")
def _(s: Stage) -> None:
    memo(s, "Alice@Example.com ", alice="alice@example.com", bob="777")


@scenario("B04-unlisted-asset", ("B04", "D14"), "SW", "RF")
def _(s: Stage) -> None:
    memo(s, "1022568865bi", denom=cosmos.IBC, alice="1022568865", bob="777")


@scenario("D14-ibc", "D14", "SW", "RF")
def _(s: Stage) -> None:
    memo(s, "1022568865", denom=cosmos.IBC, alice="1022568865")


@scenario("D14-near-listed", "G02", "CR")
def _(s: Stage) -> None:
    memo(s, "1022568865", denom=cosmos.IBC, alice="1022568865")
    s.list("cosmoshub", cosmos.IBC, "USDC")


@scenario("C06-same-key-other-prefix", "C06", conditions=["key_export"])
def _(s: Stage) -> None:
    memo(s, "")
    s.own("osmosis", cosmos.account(row_of("osmosis"), 2))


@scenario("C06-near-other-key", "B12", "RJ")
def _(s: Stage) -> None:
    memo(s, "")
    s.own("osmosis", cosmos.account(row_of("osmosis"), 9))


@scenario("C06-anothers", "B08", "RJ")
def _(s: Stage) -> None:
    memo(s, "")
    s.own("osmosis", cosmos.account(row_of("osmosis"), 2), BOBS_NAME)


# --- XRP Ledger


def ripple_scene(s: Stage, name: str, **book: str) -> None:
    people(s, "xrpl")
    one = next(scene for scene in ripple_scenes(row_of("xrpl")) if scene.name == name)
    s.node("xrpl", one.answers)
    s.reference = one.reference
    s.own("xrpl", ripple.BERT, kind="shared", memo=book.pop("memo", "0"), **book)


@scenario("E04-partial", "E04", "CR")
def _(s: Stage) -> None:
    ripple_scene(s, "final")


@scenario("E04-before-memo-codes", "E04")
def _(s: Stage) -> None:
    ripple_scene(s, "final", memo="1234")


@scenario("E04-fraud-finding", "E04", findings=["V5"])
def _(s: Stage) -> None:
    ripple_scene(s, "final")


def ripple_payment(s: Stage, tag: int | None, amount: Any = "5000000", memo: str = "1234", **book: Any) -> None:
    people(s, "xrpl")
    more = {} if tag is None else {"DestinationTag": tag}
    body = ripple.sent("Payment", ripple.ANNA, Destination=ripple.BERT, Amount=amount, **more)
    nodes = ripple.root(ripple.ANNA, 50_000_000, 44_999_988), ripple.root(ripple.BERT, 1, 5_000_001)
    if isinstance(amount, dict):
        nodes = (ripple.line(ripple.ANNA, ripple.BANK, "10", "7.5"), ripple.line(ripple.BERT, ripple.BANK, "0", "2.5"))
    told = ripple.second(body, ripple.meta(*nodes, delivered_amount=amount))
    s.node("xrpl", ripple.node(told))
    s.reference = body["hash"]
    s.own("xrpl", ripple.BERT, kind="shared", memo=memo, **book)


@scenario("E04-near-whole", "G02", "CR", without=["E04"])
def _(s: Stage) -> None:
    ripple_payment(s, 1234)


@scenario("B01-tag-missing", "B01", "AM", conditions=["memo_owner_proof"])
def _(s: Stage) -> None:
    ripple_payment(s, None)


@scenario("B01-near-tag-zero", "G02", "CR")
def _(s: Stage) -> None:
    ripple_payment(s, 0, memo="0")


@scenario("D14-issued-currency", "D14", "SW", "RF")
def _(s: Stage) -> None:
    ripple_payment(s, 1234, ripple.usd("2.5"))


# --- Stellar


def lumen_payment(s: Stage, to: str, memo: Any = None, asset: Any = None, own: str = "", **book: str) -> None:
    people(s, "stellar")
    asset = asset or Asset.native()
    sent = lumens.Sent([Payment(to, asset, "1.5")], [lumens.ok("payment")], memo=memo)
    kind = {"asset_type": "native"} if asset.is_native() else {
        "asset_type": "credit_alphanum4", "asset_code": asset.code, "asset_issuer": asset.issuer}  # fmt: skip
    more = {"to_muxed": to, "to_muxed_id": "77"} if to.startswith("M") else {}
    record = sent.record(0, "payment", **{"from": lumens.ANNA}, to=lumens.BERT, amount="1.5000000", **kind, **more)
    s.node("stellar", lumens.node(sent.row, [record]))
    s.reference = sent.hash
    s.own("stellar", lumens.BERT, **({"kind": "shared", "memo": own} | book))


@scenario("B05-muxed", "B05", "CR")
def _(s: Stage) -> None:
    lumen_payment(s, lumens.muxed("bert", 77), own="77")


@scenario("B05-near-memo-id", "G02", "CR", without=["B05"])
def _(s: Stage) -> None:
    lumen_payment(s, lumens.BERT, IdMemo(77), own="77")


@scenario("B04-memo-text-for-id", ("B04", "G02"), "CR")
def _(s: Stage) -> None:
    lumen_payment(s, lumens.BERT, TextMemo("77"), own="77")


@scenario("B02-stellar", "B02", "AM")
def _(s: Stage) -> None:
    lumen_payment(s, lumens.BERT, TextMemo("hello"), own="77")


@scenario("D14-stellar-asset", "D14", "SW", "RF")
def _(s: Stage) -> None:
    lumen_payment(s, lumens.BERT, IdMemo(77), lumens.USD, own="77")


@scenario("D04-stellar-code-of-a-listed-asset", ("D04", "D14"))
def _(s: Stage) -> None:
    lumen_payment(s, lumens.BERT, IdMemo(77), lumens.USD, own="77")
    s.list("stellar", f"USD:{lumens.CARL}", "USD", 7)


# --- TON


def jetton(s: Stage, *, listed: bool = True, memo: str = "", **how: Any) -> None:
    people(s, "ton")
    chain, s.reference = ton.token(row_of("ton"), **how)
    s.node("ton", chain.answers())
    from chains.ton.address import friendly

    s.own("ton", friendly(ton.SHOP), kind="shared" if memo else "deposit", memo=memo)
    if listed:
        s.list("ton", friendly(ton.MASTER), "JET", 6)


@scenario("B06-jetton-comment", ("B06", "G02"), "CR")
def _(s: Stage) -> None:
    jetton(s, memo="order 18")


@scenario("B07-no-notification", "B07", "CR")
def _(s: Stage) -> None:
    with patch.object(ton, "internal_transfer", _without_notice):
        jetton(s, notified=False)


def _without_notice(amount: int, party: str, *_: Any) -> Any:
    return internal_transfer(amount, party, forward=0)


@scenario("B07-near-notified", "G02", "CR", without=["B07"])
def _(s: Stage) -> None:
    jetton(s)


@scenario("D01-jetton-unlisted", "D01", "SW", "RF")
def _(s: Stage) -> None:
    jetton(s, listed=False)


@scenario("A10-false-jetton-wallet", "A10", "RJ", findings=["V5"])
def _(s: Stage) -> None:
    jetton(s, genuine=False)


@scenario("A10-ton-bounced", ("A09", "A10"), "RJ")
def _(s: Stage) -> None:
    people(s, "ton")
    s.node("ton", ton.bounced(row_of("ton")).answers())
    s.reference = ton.simple(row_of("ton"))[1]


# --- TRON


def tron_scene(s: Stage, name: str, *, own: bool = True) -> None:
    people(s, "tron")
    one = next(scene for scene in tron.scenes(row_of("tron")) if scene.name == name)
    s.node("tron", one.answers)
    s.reference = one.reference
    if own:
        s.own("tron", tron_records.BOB_TEXT)


@scenario("G02-tron", "G02", "CR")
def _(s: Stage) -> None:
    tron_scene(s, "final")


@scenario("A09-tron-out-of-energy", "A09", "RJ")
def _(s: Stage) -> None:
    tron_scene(s, "failed")


@scenario("D01-trc20", "D01", "SW", "RF")
def _(s: Stage) -> None:
    tron_scene(s, "token")


@scenario("C07-evm-address-paid-on-tron", "C07", "CR")
def _(s: Stage) -> None:
    tron_scene(s, "final", own=False)
    s.own("ethereum", "0x" + base58check_decode(tron_records.BOB_TEXT)[1:].hex())


@scenario("C07-near-other-key", "B12", "RJ")
def _(s: Stage) -> None:
    tron_scene(s, "final", own=False)
    s.own("ethereum", "0x" + "ee" * 20)


# --- Bitcoin's family


def coins(s: Stage, slug: str = "bitcoin", *, own: str | None = None, where: str = "", **world: Any) -> str:
    """The plain payment; the address paid is alice's on ``own`` (the network itself when not said)."""
    row = row_of(slug)
    people(s, slug)
    made = replace(utxo.plain(row), **world)
    s.node(slug, INTERFACES[None](made))
    s.reference = made.reference
    script = utxo.scripts(row)[1]
    other = row_of(own or slug)
    paid = replace(made, network=other).address(script)
    assert paid is not None
    s.own(other.slug, where or paid)
    return paid


@scenario("G02-bitcoin", "G02", "CR")
def _(s: Stage) -> None:
    coins(s)


@scenario("A04-bitcoin", "A04", "WT")
def _(s: Stage) -> None:
    coins(s, depth=0)


@scenario("A05-bitcoin", "A05", "WT")
def _(s: Stage) -> None:
    coins(s, depth=2)


@scenario("C04-script-of-litecoin", "C04", conditions=["key_export"])
def _(s: Stage) -> None:
    coins(s, own="litecoin")


@scenario("C04-near-other-script", "B12", "RJ")
def _(s: Stage) -> None:
    other = replace(utxo.plain(row_of("litecoin"))).address(b"\xa9\x14" + bytes(range(1, 21)) + b"\x87")
    coins(s, own="litecoin", where=str(other))


@scenario("C05-bitcoin-script-on-bitcoin-cash", "C05")
def _(s: Stage) -> None:
    coins(s, "bitcoin-cash", own="bitcoin")


@scenario("C04-unknown-no-history", None)
def _(s: Stage) -> None:
    coins(s, own="litecoin", known={}, indexed=False, tip_age=10**6)
