"""What an archive of an invented Beacon Chain shows of one transaction, in the form of its nodes' REST interface."""

from __future__ import annotations

from typing import Any

from chains import bech32
from chains.types import Network
from tests.chains.scene import Answers, Asked, Scene, Told

HEIGHT = 105_722_032
HASH = "AB" * 32
TIME = "2020-08-07T18:48:26Z"
LACKS = {"pending": "nothing can wait for a block on a chain that has stopped"}


def account(network: Network, filler: int) -> str:
    """An address of the network whose bytes are all ``filler``."""
    return bech32.encode(network.params["hrp"], bytes([filler]) * 20)


def coins(amount: int, denom: str = "BNB") -> list[dict[str, Any]]:
    """Coins of one denom."""
    return [{"amount": str(amount), "denom": denom}]


def signed(
    network: Network, inputs: list[Any], outputs: list[Any], *, code: int = 0, memo: str = "12345", log: str = "Msg 0: "
) -> dict[str, Any]:
    """The answer of ``/api/v1/tx/…``: a payment from ``inputs`` to ``outputs``, pairs of a filler and coins."""

    def side(rows: list[Any]) -> list[dict[str, Any]]:
        return [{"address": account(network, filler), "coins": held} for filler, held in rows]

    message = {"type": "cosmos-sdk/Send", "value": {"inputs": side(inputs), "outputs": side(outputs)}}
    value = {"data": None, "memo": memo, "msg": [message], "signatures": [], "source": "0"}
    return {
        "code": code, "hash": HASH, "height": str(HEIGHT), "log": log, "ok": code == 0,
        "tx": {"type": "auth/StdTx", "value": value},
    }  # fmt: skip


def listed(network: Network, value: str = "0.00000005", asset: str = "BNB", **more: Any) -> dict[str, Any]:
    """The same in the form of a listing."""
    return {
        "txHash": HASH, "blockHeight": HEIGHT, "txType": "TRANSFER", "timeStamp": "2020-08-07T18:48:26.284Z",
        "fromAddr": account(network, 1), "toAddr": account(network, 2), "value": value, "txAsset": asset,
        "txFee": "0.00037500", "code": 0, "data": None, "memo": "12345", "source": 0, "sequence": 1,
    } | more  # fmt: skip


def node(
    network: Network,
    found: dict[str, Any] | None,
    *,
    listing: dict[str, Any] | None = None,
    chain_id: str | None = None,
    tip: int | None = None,
    early: bool = True,
    refuse: tuple[str, ...] = (),
) -> Answers:
    """An archive that knows ``found``; ``refuse`` are starts of paths it does not serve."""

    def answer(asked: Asked) -> Told:
        if any(asked.path.startswith(start) for start in refuse):
            return Told({"code": 404, "message": "no such path"}, 404)
        if asked.path == "/api/v1/node-info":
            about = {"network": chain_id or network.params["chain_id"]}
            return Told({"node_info": about, "sync_info": {"latest_block_height": tip or network.params["last_block"]}})
        if asked.path == f"/api/v1/tx/{HASH}?format=json" and found is not None:
            return Told(found)
        sample = network.params["sample_tx"]
        if asked.path == f"/api/v1/tx/{sample}?format=json" and early:
            return Told(listed(network, txHash=sample))
        if asked.path == f"/api/v1/transactions-in-block/{HEIGHT}":
            return Told({"blockHeight": HEIGHT, "tx": [listed(network, txHash="CD" * 32), listing or listed(network)]})
        return Told({"code": 404, "failed_tx_index": 0, "message": "tx not found"}, 404)

    return answer


def scenes(network: Network) -> list[Scene]:
    """The scenes of :data:`tests.chains.scene.REQUIRED` and those of this family."""
    one, two = account(network, 1), account(network, 2)
    leg = {
        "position": "msg:0/0", "kind": "native", "asset": network.native.asset, "contract": None,
        "symbol": network.native.symbol, "decimals": 8, "token_id": None, "sender": one, "recipient": two, "amount": "5",
        "memo": "12345",
    }  # fmt: skip
    shown = {
        "final": True, "warnings": ["network_retired"], "block": {"height": HEIGHT, "hash": None, "time": TIME},
        "fee": {"asset": network.native.asset, "symbol": network.native.symbol, "amount": "37500", "payer": one},
    }  # fmt: skip
    pay = signed(network, [(1, coins(5))], [(2, coins(5))])
    token = signed(network, [(1, coins(5, "BUSD-BD1"))], [(2, coins(5, "BUSD-BD1"))])
    failed = signed(network, [(1, coins(5))], [(2, coins(5))], code=65546, log="insufficient fund")
    nine = signed(network, [(1, coins(9))], [(2, coins(9))])
    retired = ["network_retired"]
    return [
        Scene("final", HASH, node(network, pay), shown | {"status": "succeeded", "transfers": [leg], "failure": None}),
        Scene("token", HASH, node(network, token), {"status": "succeeded"}),
        Scene(
            "failed", HASH, node(network, failed, listing=listed(network, code=65546)),
            shown | {"transfers": [], "failure": "code 65546: insufficient fund"},
        ),
        Scene("not_found", HASH, node(network, None), {"warnings": retired}),
        Scene("without_history", HASH, node(network, None, early=False), {"warnings": [*retired, "history_not_visible"]}),
        Scene("behind", HASH, node(network, None, tip=HEIGHT), {"status": "unknown", "warnings": [*retired, "node_behind"]}),
        Scene("wrong_chain", HASH, node(network, pay, chain_id="Elsewhere"), {"warnings": [*retired, "wrong_chain"]}),
        Scene("lie", HASH, node(network, nine)),
    ]  # fmt: skip
