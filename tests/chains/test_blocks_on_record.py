"""Blocks, neighbours and spenders as interfaces tell of them that no test can run: small records, one trap each."""

from __future__ import annotations

from typing import Any

import pytest

from chains.catalogue import network
from chains.errors import NodeMistaken, NodeUnavailable
from chains.evm.replaced import replacement as evm_replacement
from chains.neighbours import Near
from chains.replacement import Outpoint, Remains
from chains.tron import blocks as tron_blocks
from chains.tron.address import to_bytes, to_text
from chains.utxo import blocks as utxo_blocks
from chains.utxo.replaced import replacement as utxo_replacement
from chains.xrpl import blocks as xrpl_blocks
from tests.chains.replay import Played
from tests.chains.scene import Answers, Asked, RpcRefusal, Told, json_rpc

TRON, XRPL, BITCOIN, LOCAL = (network(name) for name in ("tron", "xrpl", "bitcoin", "local"))
T_OURS, T_PAYER, T_OTHER = (to_text(b"\x41" + bytes([n]) * 20) for n in (1, 2, 3))
X_OURS, X_PAYER = "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh", "rPT1Sjq2YGrBMTttX4GZHjKu9dyfzbpAYe"
B_OURS, B_PAYER = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S"


def h(number: int) -> str:
    return f"{number:064x}"


def paths(table: dict[str, Any]) -> Answers:
    """A REST node: what stands under the path, or for a POST under the path with its question; else 404."""

    def answer(asked: Asked) -> Told:
        found = table.get(asked.path.partition("?")[0] if asked.path not in table else asked.path)
        if callable(found):
            found = found(asked.body)
        return Told({"error": "not found"}, status=404) if found is None else Told(found)

    return answer


# TRON

T_BLOCK = f"{70:016x}" + "ab" * 24
T_HEAD = {"raw_data": {"number": 70, "timestamp": 1_700_000_000_000, "parentHash": h(69)}}


def hexed(address: str) -> str:
    return to_bytes(address).hex()


def tron_node(**changes: Any) -> Played:
    value = {"owner_address": hexed(T_PAYER), "to_address": hexed(T_OURS), "amount": 5}
    sent = {"txID": h(1), "raw_data": {"contract": [{"type": "TransferContract", "parameter": {"value": value}}]}}
    block = {"blockID": T_BLOCK, "block_header": T_HEAD, "transactions": [sent, {"txID": h(2), "raw_data": {}}]}
    event = {"address": "cc" * 20, "topics": [h(9), "0" * 24 + "02" * 20, "0" * 24 + "01" * 20], "data": h(5)}
    inner = {"transferTo_address": hexed(T_OTHER)}
    outcome = {"id": h(2), "log": [event], "internal_transactions": [inner]}
    first = {"blockID": TRON.params["genesis"], "block_header": {"raw_data": {}}}
    table = {
        "/wallet/getblockbynum": lambda body: first if body["num"] == 0 else block,
        "/wallet/getnowblock": {"blockID": T_BLOCK, "block_header": T_HEAD},
        "/wallet/gettransactioninfobyblocknum": [outcome],
    } | changes
    return Played(paths(table))


def test_tron_block() -> None:
    block = tron_blocks.paid(TRON, tron_node(), 70)
    assert block is not None and (block.hash, block.parent, block.tip, block.notes) == (T_BLOCK, h(69), 70, ())
    assert T_OURS in block.paid[h(1)] and {T_OURS, T_OTHER} <= block.paid[h(2)]
    assert tron_blocks.paid(TRON, tron_node(), 71) is None
    without = tron_blocks.paid(TRON, tron_node(**{"/wallet/gettransactioninfobyblocknum": None}), 70)
    assert without is not None and without.notes == ("token_transfers_not_visible",)
    with pytest.raises(NodeMistaken):
        tron_blocks.paid(TRON, tron_node(**{"/wallet/getblockbynum": {"blockID": T_BLOCK, "block_header": T_HEAD}}), 70)


def test_tron_neighbours() -> None:
    near = Near(h(1), 70, frozenset({T_PAYER}), (T_OURS,))
    assert tron_blocks.neighbours(TRON, tron_node(), near) is None  # no histories here
    value = {"value": {"owner_address": hexed(T_PAYER)}}
    table = {
        f"/v1/accounts/{T_OURS}/transactions/trc20": {
            "data": [
                {"transaction_id": h(3), "from": T_PAYER, "block_timestamp": 1_700_000_006_000},
                {"transaction_id": h(4), "from": T_OTHER, "block_timestamp": 1_700_000_006_000},
            ]
        },
        f"/v1/accounts/{T_OURS}/transactions": {
            "data": [
                {"txID": h(5), "raw_data": {"contract": [{"parameter": value}]}, "block_timestamp": 1_699_999_997_000}
            ]
        },
    }
    assert tron_blocks.neighbours(TRON, tron_node(**table), near) == [(72, h(3)), (69, h(5))]


# XRPL


def xrpl_node(ledger: dict[str, Any] | None, history: list[Any] | None = None) -> Played:
    info = {"network_id": 0, "validated_ledger": {"seq": 900, "age": 2}, "server_state": "full"}

    def answer(asked: Asked) -> Told:
        method = asked.body["method"]
        if method == "server_info":
            return Told({"result": {"info": info, "status": "success"}})
        if method == "ledger":
            return Told(
                {"result": {"error": "lgrNotFound"} if ledger is None else {"ledger": ledger, "validated": True}}
            )
        assert method == "account_tx"
        return Told({"result": {"error": "actNotFound"} if history is None else {"transactions": history}})

    return Played(answer)


@pytest.mark.parametrize("version", [1, 2])
def test_xrpl_ledger(version: int) -> None:
    changed = {"ModifiedNode": {"LedgerEntryType": "AccountRoot", "FinalFields": {"Account": X_OURS}}}
    line = {"CreatedNode": {"NewFields": {"HighLimit": {"issuer": X_OURS}, "LowLimit": {"issuer": X_PAYER}}}}
    meta = {"AffectedNodes": [changed, line]}
    body = {"Account": X_PAYER, "TransactionType": "Payment", "Destination": X_OURS}
    row = {**body, "hash": h(1), "metaData": meta} if version == 1 else {"tx_json": body, "hash": h(1), "meta": meta}
    ledger = {"ledger_index": "800", "ledger_hash": h(8), "parent_hash": h(7), "transactions": [row]}
    block = xrpl_blocks.paid(XRPL, xrpl_node(ledger), 800)
    assert block is not None and block.tip == 900 and block.paid[h(1)] == {X_OURS, X_PAYER}
    assert xrpl_blocks.paid(XRPL, xrpl_node(ledger), 901) is None
    with pytest.raises(NodeMistaken):
        xrpl_blocks.paid(XRPL, xrpl_node(ledger), 799)
    with pytest.raises(NodeUnavailable):
        xrpl_blocks.paid(XRPL, xrpl_node(None), 800)


def test_xrpl_neighbours() -> None:
    near = Near(h(1), 800, frozenset({X_PAYER}), (X_OURS,))
    rows = [
        {"tx": {"Account": X_PAYER, "Destination": X_OURS, "hash": h(2), "ledger_index": 805}},
        {"tx": {"Account": X_OURS, "Destination": X_PAYER, "hash": h(3), "ledger_index": 806}},
        {"tx_json": {"Account": X_PAYER, "Destination": X_OURS}, "hash": h(4), "ledger_index": 807},
    ]
    assert xrpl_blocks.neighbours(XRPL, xrpl_node(None, rows), near) == [(805, h(2)), (807, h(4))]
    assert xrpl_blocks.neighbours(XRPL, xrpl_node(None), near) == []


# indexes of UTXO networks


def test_blockbook_block_of_two_pages() -> None:
    def page(number: int) -> dict[str, Any]:
        tx = {"txid": h(number), "vout": [{"n": 0, "addresses": [B_OURS], "value": "5"}, {"n": 1, "addresses": ["x"]}]}
        return {"hash": h(70), "previousBlockHash": h(69), "totalPages": 2, "txs": [tx]}

    table = {
        "/api/v2": {"blockbook": {"coin": "Bitcoin", "bestHeight": 75}},
        "/api/v2/block/70?page=1": page(1),
        "/api/v2/block/70?page=2": page(2),
    }
    block = utxo_blocks.paid(BITCOIN, Played(paths(table), interface="blockbook"), 70)
    assert block is not None and block.paid == {h(1): {B_OURS}, h(2): {B_OURS}}
    assert utxo_blocks.paid(BITCOIN, Played(paths(table), interface="blockbook"), 76) is None
    table["/api/v2"] = {"blockbook": {"coin": "Litecoin", "bestHeight": 75}}
    with pytest.raises(NodeMistaken):
        utxo_blocks.paid(BITCOIN, Played(paths(table), interface="blockbook"), 70)


@pytest.mark.parametrize("interface", ["blockbook", "esplora"])
def test_neighbours_in_the_history_of_an_address(interface: str) -> None:
    near = Near(h(1), 700, frozenset({B_PAYER}), (B_OURS,))
    told: dict[str, Any]
    if interface == "blockbook":
        rows = [
            {"txid": h(n), "blockHeight": height, "vin": [{"addresses": [who]}]}
            for n, height, who in ((2, 705, B_PAYER), (3, 705, B_OURS), (4, -1, B_PAYER), (5, 9_000, B_PAYER))
        ]
        told = {f"/api/v2/address/{B_OURS}": {"transactions": rows}}
    else:
        listed = [
            {
                "txid": h(n),
                "vin": [{"prevout": {"scriptpubkey_address": who}}],
                "status": {"confirmed": height > 0, "block_height": height},
            }
            for n, height, who in ((2, 705, B_PAYER), (3, 705, B_OURS), (4, 0, B_PAYER), (5, 9_000, B_PAYER))
        ]
        told = {f"/address/{B_OURS}/txs": listed}
    assert utxo_blocks.neighbours(BITCOIN, Played(paths(told), interface=interface), near) == [(705, h(2))]
    assert utxo_blocks.neighbours(BITCOIN, Played(paths({})), near) is None  # a daemon keeps no histories


LOST = Remains(height=699, spent=(Outpoint(h(50), 1, B_PAYER),))


def _absent(interface: str) -> dict[str, Any]:
    """An index that is in step and does not have the transaction."""
    genesis = BITCOIN.params["genesis"]
    if interface == "blockbook":
        index = {"coin": "Bitcoin", "bestHeight": 700, "inSync": True, "lastBlockTime": "2100-01-01T00:00:00Z"}
        return {
            "/api/v2": {"blockbook": index, "backend": {"chain": "main", "blocks": 700, "headers": 700}},
            "/api/v2/block-index/0": {"blockHash": genesis},
        }
    return {"genesis": genesis}


def _played(interface: str, table: dict[str, Any]) -> Played:
    fork = BITCOIN.params["fork"]
    plain = {
        "/blocks/tip/height": "1000000",
        "/block-height/0": str(BITCOIN.params["genesis"]),
        f"/block-height/{fork['height']}": str(fork["hash"]),
    }
    known = paths(_absent(interface) | table)

    def answer(asked: Asked) -> Told:
        if asked.path in plain and interface == "esplora":
            return Told(text=plain[asked.path])
        if asked.path == "/blocks":
            return Told([{"timestamp": 4_102_444_800}])
        told = known(asked)
        return Told(text="Transaction not found", status=404) if told.status == 404 else told

    return Played(answer, interface=interface)


SPENT_BY_OTHER = {"spent": True, "txid": h(60), "vin": 0, "status": {"confirmed": True}}
OUTPUTS = [{"n": 0, "value": "1"}, {"n": 1, "value": "2"}]


@pytest.mark.parametrize(
    ("interface", "table", "expected"),
    [
        ("esplora", {f"/tx/{h(50)}/outspend/1": SPENT_BY_OTHER}, (True, h(60))),
        ("esplora", {f"/tx/{h(50)}/outspend/1": {"spent": False}}, (False, None)),
        ("esplora", {f"/tx/{h(50)}/outspend/1": {"spent": True}}, (True, None)),
        ("esplora", {}, (None, None)),
        (
            "blockbook",
            {f"/api/v2/tx/{h(50)}": {"vout": [OUTPUTS[0], OUTPUTS[1] | {"spentTxId": h(60)}]}},
            (True, h(60)),
        ),
        (
            "blockbook",
            {
                f"/api/v2/tx/{h(50)}": {"vout": [OUTPUTS[0], OUTPUTS[1] | {"spent": True}]},
                f"/api/v2/address/{B_PAYER}": {
                    "transactions": [
                        {"txid": h(59), "vin": [{"txid": h(50), "vout": 0}]},
                        {"txid": h(60), "vin": [{"txid": h(50), "vout": 1}]},
                    ]
                },
            },
            (True, h(60)),
        ),
        ("blockbook", {f"/api/v2/tx/{h(50)}": {"vout": [OUTPUTS[0], OUTPUTS[1] | {"spent": True}]}}, (True, None)),
        ("blockbook", {f"/api/v2/tx/{h(50)}": {"vout": OUTPUTS}}, (False, None)),
    ],
)
def test_who_spent_an_output(interface: str, table: dict[str, Any], expected: tuple[bool | None, str | None]) -> None:
    word = utxo_replacement(BITCOIN, _played(interface, table), h(1), LOST)
    assert (word.replaced, word.hash) == expected


# EVM nodes without old state

SENDER = "0x" + "11" * 20
USED_AT = 5_000_000


def evm_node(oldest: int, tip: int = 5_000_100, *, listed: bool = True) -> Played:
    """A node whose state begins at ``oldest``; the nonce 7 is used in block :data:`USED_AT`."""

    def result(method: str, params: Any) -> Any:
        if method == "eth_chainId":
            return hex(LOCAL.params["chain_id"])
        if method == "eth_getTransactionByHash":
            return None
        if method == "eth_getBlockByNumber":
            height = tip if params[0] == "latest" else int(params[0], 16)
            rows = [{"hash": "0x" + h(60), "from": SENDER, "nonce": "0x7"}] if height == USED_AT and listed else []
            return {"number": hex(height), "transactions": rows}
        assert method == "eth_getTransactionCount"
        height = tip if params[1] == "latest" else int(params[1], 16)
        if height < oldest:
            raise RpcRefusal(-32000, "missing trie node")
        return "0x8" if height >= USED_AT else "0x7"

    return Played(json_rpc(result))


@pytest.mark.parametrize(
    ("oldest", "since", "listed", "expected"),
    [
        (0, None, True, "0x" + h(60)),  # an archive
        (0, 4_999_000, True, "0x" + h(60)),
        (0, USED_AT - 1, True, "0x" + h(60)),
        (0, USED_AT + 9, True, "0x" + h(60)),  # the earlier look saw it wrongly
        (USED_AT - 1, USED_AT - 1, True, "0x" + h(60)),
        (4_999_900, 4_900_000, True, "0x" + h(60)),  # state of the last blocks only, and it was used in them
        (4_999_900, None, True, "0x" + h(60)),
        (USED_AT, 4_900_000, True, None),  # used before the state begins, as far as anybody can tell
        (5_000_050, None, True, None),
        (0, None, False, None),  # used without a transaction
    ],
)
def test_bisecting_for_a_nonce(oldest: int, since: int | None, listed: bool, expected: str | None) -> None:
    remains = Remains(sender=SENDER, nonce=7, height=since)
    word = evm_replacement(LOCAL, evm_node(oldest, listed=listed), "0x" + h(1), remains)
    assert (word.replaced, word.hash) == (True, expected)
    assert evm_replacement(LOCAL, evm_node(oldest), "0x" + h(1), Remains(sender=SENDER, nonce=8)).replaced is False
    assert evm_replacement(LOCAL, evm_node(oldest), "0x" + h(1), Remains()).replaced is None
