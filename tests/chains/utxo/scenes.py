"""What nodes of an invented chain of any UTXO network say, for the conformance suite; see :mod:`tests.chains.scene`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chains.types import Network
from chains.utxo.address import output_script
from tests.chains.scene import Scene
from tests.chains.utxo.worlds import HEIGHT, INTERFACES, OTHER, World
from tests.chains.utxo.written import id_of, transaction, written

LACKS = {"failed": "a transaction that breaks the rules is in no block: there are no failed ones on these chains"}

PAID, CHANGE, FEE = 123_456_789, 76_540_000, 3_211


def plain(network: Network) -> World:
    """A transfer of one owner, final: two coins of one address in, a payment and the change out."""
    owner, other = scripts(network)
    first = written(network, [("aa" * 32, 0)], [(100_000_000, owner)])
    second = written(network, [("bb" * 32, 1)], [(5, other), (100_000_000, owner)])
    inputs = [(id_of(first), 0), (id_of(second), 1)]
    sent = written(network, inputs, [(PAID, other), (CHANGE, owner)])
    known = {id_of(data): data for data in (first, second, sent)}
    return World(network, id_of(sent), known)


def scripts(network: Network) -> tuple[bytes, bytes]:
    """The locking scripts of an owner (the row's sample address) and of somebody else."""
    owner = output_script(network, network.params["sample_address"])
    assert owner is not None
    return owner, b"\xa9\x14" + bytes(range(20)) + b"\x87"


def legs(world: World, **other: Any) -> list[dict[str, Any]]:
    """The transfers of :func:`plain` in the form of CONTRACTS section 3."""
    native = world.network.native
    owner, to = (world.address(script) for script in scripts(world.network))
    common = {"kind": "native", "asset": native.asset, "contract": None, "symbol": native.symbol,
              "decimals": native.decimals, "token_id": None, "sender": owner, "memo": None}  # fmt: skip
    return [
        common | {"position": "vout:0", "recipient": to, "amount": str(PAID)} | other,
        common | {"position": "vout:1", "recipient": owner, "amount": str(CHANGE)} | other,
    ]


def scenes(network: Network) -> list[Scene]:
    """Every state that matters, on each interface."""
    world = plain(network)
    native = network.native
    owner = world.address(scripts(network)[0])
    fee = {"asset": native.asset, "symbol": native.symbol, "amount": str(FEE), "payer": owner}
    done = {"status": "succeeded", "transfers": legs(world), "fee": fee, "failure": None, "warnings": []}
    shallow = network.confirmations - 1
    states: dict[str, tuple[World, dict[str, Any]]] = {
        "final": (world, done | {"confirmations": 1000}),
        "pending": (replace(world, depth=0), done | {"status": "pending", "confirmations": 0, "block": None}),
        "shallow": (replace(world, depth=shallow), done | {"final": False, "confirmations": shallow}),
        "reorganised": (replace(world, canonical=OTHER), {"status": "pending", "warnings": ["reorganised"], "block": None}),
        "not_found": (replace(world, known={}), {"warnings": []}),
        "without_history": (replace(world, known={}, indexed=False, tip_age=10**6), {"transfers": []}),
        "wrong_chain": (replace(world, genesis="77" * 32), {"warnings": ["wrong_chain"], "transfers": []}),
        "lie": (
            replace(world, bytes_shown=False, amounts={0: PAID - 7}),
            {"status": "succeeded"},
        ),
    }  # fmt: skip
    if "fork" in network.params:
        states["other_side_of_the_split"] = (
            replace(world, split="88" * 32),
            {"status": "unknown", "warnings": ["wrong_chain"]},
        )
    found = [
        Scene(name, world.reference, answers(shown), expect, interface)
        for interface, answers in INTERFACES.items()
        for name, (shown, expect) in states.items()
        if not (interface == "blockbook" and name == "other_side_of_the_split")  # it names its coin instead
    ]
    return found + _of_the_daemon(network, world, done)


def _of_the_daemon(network: Network, world: World, done: dict[str, Any]) -> list[Scene]:
    """What only a daemon shows."""
    shown = []
    answers = INTERFACES[None]
    if network.params.get("chainlock"):
        locked = replace(world, depth=1, more={"chainlock": True, "instantlock": True, "height": HEIGHT})
        shown.append(Scene("locked", world.reference, answers(locked), done | {"final": True, "confirmations": 1}))
    if network.params.get("tokens"):
        shown.append(_with_token(network, world))
    return shown


def _with_token(network: Network, world: World) -> Scene:
    """Tokens that ride on an output: twelve of a category, spent from a coin that held them."""
    owner, other = scripts(network)
    category = "c1" * 32
    tokens = b"\xef" + bytes.fromhex(category)[::-1] + b"\x10" + bytes([12])
    before = transaction([("aa" * 32, 3)], [(2_000, owner), (2_000, tokens + owner)])
    sent = transaction([(id_of(before), 1)], [(1_000, tokens + other)])
    held = replace(world, reference=id_of(sent), known={id_of(data): data for data in (before, sent)})
    coin, token = legs(held)[0] | {"amount": "1000"}, legs(held)[0]
    token |= {"position": "vout:0/token", "kind": "token", "amount": "12", "contract": category, "symbol": None,
              "decimals": None, "asset": f"{network.id}/token:{category}"}  # fmt: skip
    return Scene("token", held.reference, INTERFACES[None](held), {"transfers": [coin, token], "status": "succeeded"})
