"""One invented chain as each of the three interfaces shows it; a transaction is given as bytes, the rest follows."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from chains.types import Network
from chains.utxo.address import forms, script_address
from chains.utxo.decode import parse_raw
from chains.utxo.raw import RawTransaction
from tests.chains.scene import Answers, Asked, RpcRefusal, Told, json_rpc

HEIGHT = 900_000
BLOCK = "b1" * 32
OTHER = "e7" * 32


@dataclass
class World:
    """What one node knows: transactions as bytes by their ids, and where ``reference`` stands.

    ``depth`` 0 means waiting. ``canonical`` is the block it has at that height. ``more`` are members added to the daemon's
    own form. ``bytes_shown`` False hides the bytes; ``amounts`` then tells of other amounts. ``silent`` are methods or paths
    (regular expressions) that are refused.
    """

    network: Network
    reference: str
    known: Mapping[str, bytes]
    depth: int = 1000
    canonical: str = BLOCK
    genesis: str = ""
    split: str = ""
    tip_age: int = 60
    indexed: bool = True
    bytes_shown: bool = True
    amounts: Mapping[int, int] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)
    silent: Sequence[str] = ()
    spent: Sequence[str] = ()
    fee_rate: int = 20

    @property
    def tip(self) -> int:
        """The best height."""
        return HEIGHT + max(self.depth, 1) - 1

    def raw(self, txid: str) -> RawTransaction:
        """A known transaction taken apart."""
        parsed = parse_raw(self.network, self.known[txid])
        assert parsed is not None
        return parsed

    def amount(self, txid: str, place: int) -> int:
        """The value of an output as this node tells it."""
        told = self.amounts.get(place) if txid == self.reference else None
        return self.raw(txid).outputs[place].amount if told is None else told

    def address(self, script: bytes) -> str | None:
        """How the daemon prints a script."""
        return script_address(forms(self.network.params), script)

    def hash_at(self, height: int) -> str:
        """The block of a height."""
        if height == 0:
            return self.genesis or str(self.network.params["genesis"])
        if height == self.network.params.get("fork", {}).get("height"):
            return self.split or str(self.network.params["fork"]["hash"])
        if height > self.tip:
            raise RpcRefusal(-8, "Block height out of range")
        return self.canonical if height == HEIGHT else f"{height:064x}"

    def refuses(self, what: str) -> bool:
        """Whether a method or path is not served."""
        return any(re.fullmatch(pattern, what) for pattern in self.silent)


def coins(amount: int) -> Decimal:
    """Base units as a daemon writes them."""
    return Decimal(amount).scaleb(-8)


def daemon(world: World) -> Answers:
    """Bitcoin Core's RPC."""

    def result(method: str, params: Any) -> Any:
        if world.refuses(method):
            raise RpcRefusal
        match method, params:
            case "getblockchaininfo", []:
                return {"chain": "main", "blocks": world.tip, "headers": world.tip, "bestblockhash": "cc" * 32,
                        "initialblockdownload": False}  # fmt: skip
            case "getblockhash", [height]:
                return world.hash_at(height)
            case "getblockheader", [best] if best == "cc" * 32:
                return {"hash": best, "height": world.tip, "confirmations": 1, "time": int(time.time()) - world.tip_age}
            case "getblockheader", [at]:
                stands = world.hash_at(HEIGHT) == at
                return {
                    "hash": at,
                    "height": HEIGHT,
                    "confirmations": world.depth if stands else -1,
                    "time": 1700000000,
                }
            case "gettxout", [txid, vout, True]:
                return None if f"{txid}:{vout}" in world.spent else {"confirmations": world.depth}
            case "estimatesmartfee", _:
                return {"feerate": float(coins(world.fee_rate * 1000)), "blocks": 6}
            case "getindexinfo", _:
                raise RpcRefusal
            case "getrawtransaction", [txid, *_]:
                if txid not in world.known:
                    blockchain = (
                        "mempool or blockchain transaction" if world.indexed else "mempool transaction. Use -txindex"
                    )
                    raise RpcRefusal(-5, f"No such {blockchain}. Use gettransaction for wallet transactions.")
                return _verbose(world, txid)
        raise RpcRefusal

    return json_rpc(result)


def _verbose(world: World, txid: str) -> dict[str, Any]:
    raw = world.raw(txid)
    new: list[dict[str, Any]] = [{"coinbase": "5151", "sequence": 0}]
    spent = [{"txid": one.txid, "vout": one.vout, "sequence": one.sequence} for one in raw.inputs]
    shown: dict[str, Any] = {
        "txid": txid,
        "vin": new if raw.coinbase else spent,
        "vout": [_output(world, txid, place) for place in range(len(raw.outputs))],
    }
    if world.bytes_shown or txid != world.reference:
        shown["hex"] = world.known[txid].hex()
    if txid != world.reference or world.depth:
        stands = txid != world.reference or world.canonical == BLOCK
        shown |= {"blockhash": BLOCK, "confirmations": max(world.depth, 1) if stands else 0, "blocktime": 1700000000}
    return shown | (dict(world.more) if txid == world.reference else {})


def _output(world: World, txid: str, place: int) -> dict[str, Any]:
    output = world.raw(txid).outputs[place]
    script: dict[str, Any] = {"hex": output.script.hex()}
    if (address := world.address(output.script)) is not None:
        script["addresses"] = [address]
    shown = {"n": place, "value": float(coins(world.amount(txid, place))), "scriptPubKey": script}
    if output.token is not None:
        nft = output.token.commitment
        shown["tokenData"] = {"category": output.token.category, "amount": str(output.token.amount)} | (
            {} if nft is None else {"nft": {"capability": "none", "commitment": nft.hex()}}
        )
    return shown


def blockbook(world: World) -> Answers:
    """Blockbook's REST API."""

    def answer(asked: Asked) -> Told:
        path = asked.path
        if world.refuses(path):
            return Told({"error": "no"}, 404)
        if path == "/api/v2":
            moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - world.tip_age))
            return Told({
                "blockbook": {"coin": world.network.params["coin"], "bestHeight": world.tip, "inSync": world.indexed,
                              "lastBlockTime": moment},
                "backend": {"chain": "main", "blocks": world.tip, "headers": world.tip},
            })  # fmt: skip
        if path.startswith("/api/v2/block-index/"):
            return Told({"blockHash": world.hash_at(int(path.rpartition("/")[2]))})
        if path.startswith("/api/v2/estimatefee/"):
            return Told({"result": str(coins(world.fee_rate * 1000))})
        txid = path.rpartition("/")[2]
        if path != f"/api/v2/tx/{txid}" or txid not in world.known:
            return Told({"error": f"Transaction '{txid}' not found"}, 400)
        return Told(_indexed(world, txid))

    return answer


def _indexed(world: World, txid: str) -> dict[str, Any]:
    raw = world.raw(txid)
    inputs: list[dict[str, Any]] = [{"n": 0, "coinbase": "5151"}]
    total = 0
    if not raw.coinbase:
        inputs = []
        for place, one in enumerate(raw.inputs):
            if one.txid not in world.known:
                inputs.append({"txid": one.txid, "vout": one.vout, "n": place})
                continue
            before = world.raw(one.txid).outputs[one.vout]
            total += before.amount
            address = world.address(before.script)
            inputs.append({"txid": one.txid, "vout": one.vout, "n": place, "value": str(before.amount),
                           "addresses": [address], "isAddress": address is not None})  # fmt: skip
    outputs = [
        {"value": str(world.amount(txid, place)), "n": place, "hex": output.script.hex(),
         "spent": f"{txid}:{place}" in world.spent,
         "addresses": [world.address(output.script)], "isAddress": world.address(output.script) is not None}
        for place, output in enumerate(raw.outputs)
    ]  # fmt: skip
    known = raw.coinbase or all(one.txid in world.known for one in raw.inputs)
    paid = total - sum(int(str(output["value"])) for output in outputs)
    shown: dict[str, Any] = {
        "txid": txid, "vin": inputs, "vout": outputs, "blockHeight": HEIGHT if world.depth else -1,
        "confirmations": world.depth, "blockTime": 1700000000,
    }  # fmt: skip
    shown |= {"fees": str(max(paid, 0))} if known else {}
    shown |= {"blockHash": BLOCK} if world.depth else {}
    return shown | ({"hex": world.known[txid].hex()} if world.bytes_shown else {})


def esplora(world: World) -> Answers:
    """The Esplora API."""

    def answer(asked: Asked) -> Told:
        path = asked.path
        if world.refuses(path):
            return Told(status=404, text="no")
        if path == "/blocks/tip/height":
            return Told(text=str(world.tip))
        if path == "/fee-estimates":
            return Told({"6": float(world.fee_rate)})
        if "/outspend/" in path:
            _, _, txid, _, vout = path.split("/")
            return Told({"spent": f"{txid}:{vout}" in world.spent})
        if path == "/blocks":
            return Told([{"height": world.tip, "timestamp": int(time.time()) - world.tip_age}])
        if path.startswith("/block-height/"):
            try:
                return Told(text=world.hash_at(int(path.rpartition("/")[2])))
            except RpcRefusal:
                return Told(status=404, text="Block not found")
        txid = path.split("/")[2]
        if txid not in world.known or not path.startswith("/tx/"):
            return Told(status=404, text="Transaction not found")
        if path.endswith("/hex"):
            return Told(text=world.known[txid].hex()) if world.bytes_shown else Told(status=404, text="no")
        return Told(_explored(world, txid))

    return answer


def _explored(world: World, txid: str) -> dict[str, Any]:
    raw = world.raw(txid)

    def coin(of: str, place: int) -> dict[str, Any]:
        output = world.raw(of).outputs[place]
        address = world.address(output.script)
        known = {} if address is None else {"scriptpubkey_address": address}
        return {"scriptpubkey": output.script.hex(), "value": world.amount(of, place)} | known

    inputs = [
        {"txid": one.txid, "vout": one.vout, "is_coinbase": raw.coinbase, "sequence": one.sequence,
         "prevout": coin(one.txid, one.vout) if one.txid in world.known else None}
        for one in raw.inputs
    ]  # fmt: skip
    outputs = [coin(txid, place) for place in range(len(raw.outputs))]
    held = {"block_height": HEIGHT, "block_hash": BLOCK, "block_time": 1700000000} if world.depth else {}
    shown = {"txid": txid, "vin": inputs, "vout": outputs, "status": {"confirmed": bool(world.depth)} | held}
    if not raw.coinbase and raw.inputs and all(one.txid in world.known for one in raw.inputs):
        before = sum(world.raw(one.txid).outputs[one.vout].amount for one in raw.inputs)
        shown["fee"] = max(before - sum(int(output["value"]) for output in outputs), 0)
    return shown


INTERFACES: Mapping[str | None, Callable[[World], Answers]] = {
    None: daemon, "blockbook": blockbook, "esplora": esplora,
}  # fmt: skip
