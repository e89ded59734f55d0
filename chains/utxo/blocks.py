"""Whole blocks, and what one sender paid to given addresses nearby."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chains.errors import NodeMistaken, NodeUnavailable, Refused
from chains.neighbours import BLOCKS_AROUND, Near
from chains.scanning import PaidBlock
from chains.transport import LARGE_BODY_CAP, Call, Talk
from chains.types import Network
from chains.utxo.address import Forms, canonical, forms
from chains.utxo.daemon_values import coin
from chains.utxo.decode import address_of
from chains.utxo.shown import hash_text, identity, integer, mapping, sequence

_MOST_PAGES = 60


def paid(network: Network, talk: Talk, height: int) -> PaidBlock | None:
    """See :meth:`chains.scanning.Scannable.paid`. Esplora gives blocks in hundreds of pages, and is not asked."""
    match talk.node.interface:
        case None | "bitcoind":
            return _of_daemon(network, talk, height)
        case "blockbook":
            return _of_blockbook(network, talk, height)
    raise Refused("scan_not_offered")


def _of_daemon(network: Network, talk: Talk, height: int) -> PaidBlock | None:
    first, count, at = talk.rpc([Call("getblockhash", [0]), Call("getblockcount"), Call("getblockhash", [height])])
    if first.failed or count.failed:
        raise NodeUnavailable(f"{talk.node.label}: refused")
    who = identity(network, talk.node, genesis=hash_text(first.result, "genesis"), chain=None, fork=None)
    if who.wrong:
        raise NodeMistaken(f"{talk.node.label}: another chain")
    tip = integer(count.result, "height")
    if height > tip or at.failed:
        return None
    hash = hash_text(at.result, "hash")
    (told,) = talk.rpc([Call("getblock", [hash, 2])], cap=LARGE_BODY_CAP)
    if told.failed:
        raise NodeUnavailable(f"{talk.node.label}: error {told.code}")
    block = mapping(told.result, "block")
    shape = forms(network.params, regtest=who.regtest)
    found = {}
    for each in sequence(block.get("tx"), "tx"):
        row = mapping(each, "transaction")
        found[hash_text(row.get("txid"), "txid")] = frozenset(_recipients(network, shape, row))
    return PaidBlock(height, hash, _parent(block.get("previousblockhash")), tip, found)


def _recipients(network: Network, shape: Forms, row: Mapping[str, Any]) -> Iterator[str]:
    for each in sequence(row.get("vout"), "vout"):
        output = mapping(each, "output")
        address = None if output.get("ismweb") is True else address_of(shape, coin(network, output))
        if address is not None:
            yield address


def _of_blockbook(network: Network, talk: Talk, height: int) -> PaidBlock | None:
    about = talk.get("/api/v2")
    if about.status >= 400:
        raise NodeUnavailable(f"HTTP {about.status}")
    index = mapping(mapping(about.value, "about").get("blockbook"), "blockbook")
    if str(index.get("coin", "")).lower() not in {str(network.params["coin"]).lower(), network.name.lower()}:
        raise NodeMistaken(f"{talk.node.label}: another chain")
    tip = integer(index.get("bestHeight"), "bestHeight")
    if height > tip:
        return None
    shape = forms(network.params)
    found: dict[str, frozenset[str]] = {}
    page, pages, hash, parent = 1, 1, "", ""
    while page <= pages:
        answer = talk.get(f"/api/v2/block/{height}?page={page}", cap=LARGE_BODY_CAP)
        if answer.status >= 400:
            raise NodeUnavailable(f"HTTP {answer.status}")
        block = mapping(answer.value, "block")
        shown = hash_text(block.get("hash"), "hash")
        if page > 1 and shown != hash:
            raise NodeUnavailable("the chain moved while it was asked")
        hash, parent = shown, _parent(block.get("previousBlockHash"))
        pages = min(integer(block.get("totalPages", 1), "totalPages"), _MOST_PAGES + 1)
        if pages > _MOST_PAGES:
            raise NodeUnavailable("a block of too many pages")
        for each in sequence(block.get("txs", []), "txs"):
            row = mapping(each, "transaction")
            found[hash_text(row.get("txid"), "txid")] = frozenset(_printed(shape, row, "vout"))
        page += 1
    return PaidBlock(height, hash, parent, tip, found)


def _parent(value: object) -> str:
    return hash_text(value, "hash of the block before") if value else ""


def _printed(shape: Forms, row: Mapping[str, Any], side: str) -> Iterator[str]:
    """The addresses an index prints for inputs or outputs, in canonical form."""
    for each in sequence(row.get(side, []), side):
        one = mapping(each, side)
        before = one.get("prevout") if isinstance(one.get("prevout"), dict) else one
        listed = before.get("addresses") or [before.get("scriptpubkey_address")] if before else []
        for address in listed:
            if isinstance(address, str) and (form := canonical(shape, address)) is not None:
                yield form


def neighbours(network: Network, talk: Talk, near: Near) -> list[tuple[int, str]] | None:
    """See :meth:`chains.neighbours.Neighbourly.neighbours`; only an index of addresses can tell."""
    if talk.node.interface not in ("blockbook", "esplora"):
        return None
    shape = forms(network.params)
    first, last = near.height - BLOCKS_AROUND, near.height + BLOCKS_AROUND
    found = []
    for address in near.recipients:
        for row, height in _history(talk, address, first, last):
            if first <= height <= last and near.senders & set(_printed(shape, row, "vin")):
                found.append((height, hash_text(row.get("txid"), "txid")))
    return found


def _history(talk: Talk, address: str, first: int, last: int) -> Iterator[tuple[Mapping[str, Any], int]]:
    """The transactions of an address with their heights; Esplora gives the newest ones only."""
    if talk.node.interface == "blockbook":
        path = f"/api/v2/address/{address}?details=txs&pageSize=200&from={max(first, 0)}&to={last}"
    else:
        path = f"/address/{address}/txs"
    answer = talk.get(path, cap=LARGE_BODY_CAP)
    if answer.status >= 400:
        raise NodeUnavailable(f"HTTP {answer.status}")
    if talk.node.interface == "blockbook":
        rows = sequence(mapping(answer.value, "address").get("transactions", []), "transactions")
        for row in rows:
            yield row, integer(mapping(row, "transaction").get("blockHeight", -1), "blockHeight", lowest=-1)
    else:
        for row in sequence(answer.value, "transactions"):
            status = mapping(mapping(row, "transaction").get("status"), "status")
            yield row, integer(status.get("block_height", 0), "block_height") if status.get("confirmed") else -1
