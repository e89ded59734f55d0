"""Scenes of an invented ledger; see :mod:`tests.chains.scene`."""

from __future__ import annotations

from typing import Any

from chains.types import Network
from tests.chains.scene import Answers, Scene, Told
from tests.chains.xrpl import book
from tests.chains.xrpl.book import ANNA, BANK, BERT, LEDGER, PARTIAL


def scenes(network: Network) -> list[Scene]:
    """A partial payment of 3.1 XRP under tag 0, and a payment of a token."""
    body = book.sent("Payment", ANNA, Destination=BERT, Amount="5000000", DestinationTag=0, Flags=PARTIAL)
    reference = body["hash"]

    def paid(drops: int, **more: Any) -> dict[str, Any]:
        nodes = book.root(ANNA, 50_000_000, 50_000_000 - drops - 12), book.root(BERT, None, drops)
        return book.second(body, book.meta(*nodes, delivered_amount=str(drops)), **more)

    here = network.params["network_id"]

    def node(answer: dict[str, Any], **changes: Any) -> Answers:
        return book.node(answer, server=book.info(**{"network_id": here} | changes))

    leg = {
        "position": "delivered", "kind": "native", "asset": network.native.asset, "contract": None, "symbol": "XRP",
        "decimals": 6, "token_id": None, "sender": ANNA, "recipient": BERT, "amount": "3100000", "memo": "0",
    }  # fmt: skip
    fee = {"asset": network.native.asset, "symbol": "XRP", "amount": "12", "payer": ANNA}
    block = {"height": LEDGER, "hash": "CD" * 32, "time": "2022-03-07T20:26:40Z"}
    seen = {"confirmations": 10, "block": block, "fee": fee}
    failed = book.second(body, book.meta(book.root(ANNA, 50_000_000, 49_999_988), result="tecPATH_DRY"))
    waiting = paid(3_100_000, validated=False) | {"meta": None}
    return [
        Scene("final", reference, node(paid(3_100_000)), seen | {"transfers": [leg]}),
        Scene("lie", reference, node(paid(4_100_000))),
        Scene("pending", reference, node(waiting), {"status": "pending", "final": False, "transfers": []}),
        Scene("failed", reference, node(failed), seen | {"transfers": [], "failure": "tecPATH_DRY"}),
        Scene("not_found", reference, node(book.MISSING), {"warnings": []}),
        Scene("without_history", reference, node(book.MISSING, complete_ledgers=f"{LEDGER}-{LEDGER + 9}"),
              {"warnings": ["history_not_visible"]}),
        Scene("wrong_chain", reference, node(paid(3_100_000), network_id=here + 1), {"warnings": ["wrong_chain"]}),
        Scene("not_synced", reference, node(book.MISSING, server_state="syncing"),
              {"status": "unknown", "warnings": ["node_syncing"]}),
        Scene("only_tx", reference, _only_tx(paid(3_100_000)),
              {"status": "succeeded", "confirmations": 1, "transfers": [leg],
               "warnings": ["chain_identity_not_visible", "partial_payment", "tip_not_visible"]}),
        _token(network),
    ]  # fmt: skip


def _only_tx(answer: dict[str, Any]) -> Answers:
    """A node that knows one method."""

    def answers(asked: Any) -> Told:
        if asked.body["method"] == "tx":
            return Told({"result": answer})
        return Told({"result": {"error": "unknownCmd", "status": "error"}})

    return answers


def _token(network: Network) -> Scene:
    body = book.sent("Payment", ANNA, Destination=BERT, Amount=book.usd("2.5"), SendMax=book.usd("2.6"))
    nodes = book.line(ANNA, BANK, "10", "7.495"), book.line(BERT, BANK, "0", "2.5"), book.root(ANNA, 900, 888)
    leg = {
        "position": "delivered", "kind": "token", "asset": f"{network.id}/token:USD.{BANK}", "contract": f"USD:{BANK}",
        "symbol": "USD", "decimals": 15, "token_id": None, "sender": ANNA, "recipient": BERT,
        "amount": "2500000000000000", "memo": None,
    }  # fmt: skip
    answer = book.first(body, book.meta(*nodes, delivered_amount=book.usd("2.5")))
    node = book.node(answer, server=book.info(network_id=network.params["network_id"]))
    return Scene("token", body["hash"], node, {"status": "succeeded", "transfers": [leg], "warnings": []})
