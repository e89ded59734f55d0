"""Scenes of an invented ledger; see :mod:`tests.chains.scene`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from stellar_sdk import CreateAccount, IdMemo, Payment, xdr

from chains.types import Network
from tests.chains.scene import Answers, Asked, Scene, Told
from tests.chains.stellar import book
from tests.chains.stellar.book import ANNA, BANK, BERT, LEDGER, Sent

LACKS = {"pending": "Horizon shows closed ledgers only, and a closed ledger is final"}


def _now(after: int = 0) -> str:
    return (datetime.now(UTC) - timedelta(seconds=after)).isoformat().replace("+00:00", "Z")


def scenes(network: Network) -> list[Scene]:
    """A merge of an account, whose amount only the result tells, and a payment of a token under a memo."""
    from stellar_sdk import AccountMerge

    operation = AccountMerge(BERT)

    def merged(stroops: int) -> Any:
        done = xdr.AccountMergeResult(xdr.AccountMergeResultCode.ACCOUNT_MERGE_SUCCESS, book.int64(stroops))
        return book.ok("account_merge", done)

    truth, lie = Sent([operation], [merged(45_000_000)]), Sent([operation], [merged(55_000_000)])
    refused = xdr.AccountMergeResult(xdr.AccountMergeResultCode.ACCOUNT_MERGE_HAS_SUB_ENTRIES)
    failed = Sent([operation], None, failed=[book.ok("account_merge", refused)])
    records = [truth.record(0, "account_merge", account=ANNA, into=BERT)]

    def fresh(answers: Answers) -> Answers:
        """The same with a tip of the moment it is asked at."""

        def answer(asked: Asked) -> Told:
            told = answers(asked)
            if asked.path == "/" and isinstance(told.value, dict):
                return Told(told.value | {"history_latest_ledger_closed_at": _now(3)})
            return told

        return answer

    here = network.params["passphrase"]

    def node(row: dict[str, Any] | None, **changes: Any) -> Answers:
        return fresh(book.node(row, records, start=book.root(**{"network_passphrase": here} | changes)))

    leg = {
        "position": "op:0", "kind": "native", "asset": network.native.asset, "contract": None, "symbol": "XLM",
        "decimals": 7, "token_id": None, "sender": ANNA, "recipient": BERT, "amount": "45000000", "memo": None,
    }  # fmt: skip
    seen = {
        "confirmations": 2, "warnings": [],
        "block": {"height": LEDGER, "hash": "ab" * 32, "time": "2025-03-01T12:00:00Z"},
        "fee": {"asset": network.native.asset, "symbol": "XLM", "amount": "100", "payer": ANNA},
    }  # fmt: skip
    why = "tx_failed: account_merge_has_sub_entries (operation 0)"
    reference = truth.hash
    return [
        Scene("final", reference, node(truth.row), seen | {"transfers": [leg], "failure": None}),
        Scene("lie", reference, node(lie.row)),
        Scene("failed", reference, node(failed.row), seen | {"transfers": [], "failure": why}),
        Scene("not_found", reference, node(None), {"warnings": []}),
        Scene("without_history", reference, node(None, history_elder_ledger=LEDGER - 5),
              {"warnings": ["history_not_visible"]}),
        Scene("wrong_chain", reference, node(truth.row, network_passphrase="Test SDF Network ; September 2015"),
              {"warnings": ["wrong_chain"]}),
        Scene("only_the_transaction", reference, _only(truth.row),
              {"status": "succeeded", "confirmations": 1, "transfers": [leg],
               "warnings": ["tip_not_visible", "block_hash_not_visible"]}),
        _token(network, fresh, here),
    ]  # fmt: skip


def _only(row: dict[str, Any]) -> Answers:
    def answers(asked: Asked) -> Told:
        return Told(row) if asked.path == f"/transactions/{row['hash']}" else book.MISSING

    return answers


def _token(network: Network, fresh: Any, here: str) -> Scene:
    sent = Sent(
        [CreateAccount(BERT, "2"), Payment(BERT, book.USD, "1.5")],
        [book.ok("create_account"), book.ok("payment")],
        memo=IdMemo(0),
    )
    records = [
        sent.record(0, "create_account", funder=ANNA, account=BERT, starting_balance="2.0000000"),
        sent.record(1, "payment", **{"from": ANNA}, to=BERT, amount="1.5000000", asset_type="credit_alphanum4",
                    asset_code="USD", asset_issuer=BANK),
    ]  # fmt: skip
    leg = {"kind": "native", "asset": network.native.asset, "contract": None, "symbol": "XLM", "decimals": 7,
           "token_id": None, "sender": ANNA, "recipient": BERT, "memo": "0"}  # fmt: skip
    legs = [
        leg | {"position": "op:0", "amount": "20000000"},
        leg | {"position": "op:1", "amount": "15000000", "kind": "token", "symbol": "USD", "contract": f"USD:{BANK}",
               "asset": f"{network.id}/asset:USD-{BANK}"},
    ]  # fmt: skip
    node = fresh(book.node(sent.row, records, start=book.root(network_passphrase=here)))
    return Scene("token", sent.hash, node, {"status": "succeeded", "transfers": legs, "warnings": []})
