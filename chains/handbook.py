"""``docs/networks.md``, written from the catalogue: every network, and how each family is asked and names things."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module

from chains.catalogue import networks
from chains.families import FAMILIES
from chains.types import Network

WRITTEN_BY = "<!-- Written by `python -m chains > docs/networks.md`; a test fails when it is stale. -->"

INTRODUCTION = """\
The slug is the name of a network everywhere: in `RECOVERY_NODES_<SLUG>` (upper case, `-` as `_`), in commands, in the API.
*Final* says when a transaction counts: once nodes count its block as finalized, or once it has so many confirmations
(counting its own block). *Memo* says whether deposits may, or must, name their owner by a memo or tag.
"""

FAMILIES_SAY = """\
*Interface* is the word an operator may put before a node's URL (`esplora+https://…`); the first is meant when there is none.
A *reference* is what names a transaction; any spelling people paste is taken, links to explorers too. A *position* names one
movement in it for ever, and is what the registries of credits and claims refer to; N, M and K count from 0.
*Plans* says whether `recovery plan` writes unsigned transactions; elsewhere it writes an exact instruction.
"""


@dataclass(frozen=True)
class About:
    """How a family is asked, and how it names transactions and movements.

    ``interfaces`` are the words before a node's URL, the first meant without one; none where no word is looked at.
    """

    asked: str
    references: str
    positions: str
    interfaces: tuple[str, ...] = ()


_HEX64 = "64 hexadecimal digits"
ABOUT: dict[str, About] = {
    "algorand": About(
        "Indexer REST", "52 base32 characters", "`txn`, `close`, `inner:N/M…`, `inner:N/M…/close`", ("indexer",)
    ),
    "aptos": About("Full node REST", f"`0x` and {_HEX64}", "`event:N`", ("rest",)),
    "beacon": About("REST of an archive", _HEX64, "`msg:N/K`", ("dex",)),
    "cardano": About("Blockfrost, Koios", _HEX64, "`out:N`, `out:N/K`", ("blockfrost", "koios")),
    "cosmos": About("Cosmos SDK REST", _HEX64, "`msg:N/K`", ("lcd",)),
    "evm": About("Ethereum JSON-RPC", f"`0x` and {_HEX64}", "`native`, `trace:N/M…`, `log:N`, `log:N/M`, `mint`"),
    "hedera": About(
        "Mirror node REST",
        "`0.0.N-SECONDS-NANOS` or `0.0.N@SECONDS.NANOS`; 96 hexadecimal digits or 64 base64 characters of a hash; a moment "
        "of consensus `SECONDS.NANOS`",
        "`transfer:N`, `transfer:K/N`, `log:N`",
    ),
    "near": About(
        "NEAR JSON-RPC",
        "`HASH` or `HASH@SENDER`, the hash in base58; nodes that do not follow all shards need the sender",
        "`receipt:ID`, `receipt:ID/N`, `receipt:ID/log:N/M`, `receipt:ID/call:N`",
    ),
    "polkadot": About(
        "Substrate API sidecar, Subscan",
        "`HEIGHT-INDEX` or `BLOCKHASH-INDEX`; `HEIGHT-initialize` and `HEIGHT-finalize` for what a block did of itself; a bare "
        f"`0x` and {_HEX64} only where a node has the interface `subscan`",
        "`event:N`",
        ("sidecar", "subscan"),
    ),
    "solana": About("Solana JSON-RPC", "86 to 88 base58 characters", "`ix:N`, `ix:N/M`"),
    "stellar": About("Horizon REST", _HEX64, "`op:N`, `op:N/K`, `op:N/trade:K`, `op:N/fill:K`, `op:N/CONTRACT/K`"),
    "tezos": About("TzKT REST", "`o` and 50 base58 characters", "`op:N/M`, `op:N/M/K`", ("tzkt",)),
    "ton": About(
        "toncenter v3 REST",
        f"{_HEX64}, base64 or base64url, of a transaction or of a message",
        "`msg:HASH`, `msg:HASH/value`",
        ("toncenter",),
    ),
    "tron": About("java-tron HTTP", _HEX64, "`native`, `token`, `reward`, `log:N`, `trace:N`, `trace:N/K`"),
    "utxo": About(
        "The daemon's JSON-RPC, Blockbook, Esplora",
        _HEX64,
        "`vout:N`, `vout:N/token`, `vout:N/nft`",
        ("bitcoind", "blockbook", "esplora"),
    ),
    "xrpl": About(
        "rippled JSON-RPC",
        _HEX64,
        "`delivered`, `delivered/CODE:ISSUER`, `balance:ACCOUNT`, `balance:ACCOUNT/ASSET`, `nft:ID`",
    ),
}


def handbook() -> str:
    """The whole text of ``docs/networks.md``."""
    rows = sorted((row for row in networks().values() if not row.sandbox), key=lambda row: row.name.casefold())
    return "\n".join(
        (
            "# Networks",
            "",
            WRITTEN_BY,
            "",
            INTRODUCTION,
            *_table(("Slug", "Name", "Identifier", "Coin", "Family", "Final", "Memo", "Recovery"), map(_network, rows)),
            "",
            "## Families",
            "",
            FAMILIES_SAY,
            *_table(
                ("Family", "Asked through", "Interface", "Reference", "Positions", "Plans"), map(_family, sorted(ABOUT))
            ),
            "",
        )
    )


def _network(row: Network) -> tuple[str, ...]:
    recovery = f"{row.recoverability}: {', '.join(row.conditions)}" if row.conditions else row.recoverability
    depth = "its own block" if row.confirmations == 1 else f"{row.confirmations} confirmations"
    if row.claimed_on is not None:
        recovery += f"; claimed on {row.claimed_on}"
    final = "finalized block" if row.finality == "tag" else depth
    symbol = f"{row.native.symbol}, {row.native.decimals}"
    return f"`{row.slug}`", row.name, f"`{row.id}`", symbol, row.family, final, row.memo, recovery


def _family(name: str) -> tuple[str, ...]:
    about = ABOUT[name]
    plans = "yes" if hasattr(import_module(FAMILIES[name]), "plan_sweep") else "instruction"
    words = ", ".join(f"`{word}`" for word in about.interfaces) or "–"
    return name, about.asked, words, about.references, about.positions, plans


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
