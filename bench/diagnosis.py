"""P2: reading an EVM transaction from a node 30 ms away, against two round trips to it."""

from __future__ import annotations

import time

import httpx

from bench.delay import FarNode
from bench.measure import Row, alternating
from bench.services import Services
from chains.catalogue import network
from chains.nodes import nodes_from_urls
from chains.types import Status
from chains.verify import verify
from recovery.embedded.anvil import Anvil
from sandbox.artifacts import artifacts

ROUND_TRIP = 0.030
DEAD = "0x000000000000000000000000000000000000dEaD"


def measure(services: Services) -> Row:
    """A transfer of an unlisted token, final, on a chain that has never been asked about it by this process's caches."""
    chain = services.chain()
    hashes = token_transfers(chain, 12)
    far = FarNode(chain.url, ROUND_TRIP)
    local, nodes = network("local"), nodes_from_urls([far.url])
    client = httpx.Client(timeout=30, trust_env=False)

    def two_trips() -> None:
        for _ in range(2):
            client.post(far.url, json={"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []})

    counts: list[int] = []

    def read() -> None:
        before = far.requests
        reading = verify(local, hashes.pop(), nodes)
        assert reading.transaction.status is Status.SUCCEEDED, reading.transaction.warnings
        counts.append(far.requests - before)

    try:
        turns = alternating(two_trips, read, rounds=9)
    finally:
        client.close()
        far.stop()
    trips = max(counts)
    return Row(
        "P2",
        "diagnosis of an EVM transaction, node at 30 ms",
        "two round trips",
        turns.ratio,
        1.25,
        figures={"ms": turns.operation * 1000, "floor_ms": turns.floor * 1000, "http_round_trips": trips},
        limits={"at_most_2_round_trips": trips <= 2},
    )


def token_transfers(chain: Anvil, count: int) -> list[str]:
    """Hashes of so many final transfers of an unlisted token to :data:`DEAD`."""
    token = artifacts()["SampleToken"]
    sender = chain.rpc("eth_accounts")[0]
    creation = "0x" + token.creation("Bench", "BNC", 6, 10**12).hex()
    made = chain.rpc("eth_sendTransaction", {"from": sender, "data": creation, "gas": hex(3_000_000)})
    chain.mine()
    while (receipt := chain.rpc("eth_getTransactionReceipt", made)) is None:
        time.sleep(0.02)
    contract = receipt["contractAddress"]
    data = "0x" + token.call("transfer", DEAD, 1_000).hex()
    sent = {"from": sender, "to": contract, "data": data, "gas": hex(200_000)}
    hashes = [chain.rpc("eth_sendTransaction", sent) for _ in range(count)]
    while chain.rpc("eth_getTransactionReceipt", hashes[-1]) is None:
        time.sleep(0.02)
    chain.mine(100)
    return hashes
