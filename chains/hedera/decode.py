"""From the records of one transaction id to what happened. Pure; every statement rests on a field that was shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from chains.encoding import as_written, plain
from chains.hedera import moves
from chains.hedera.address import of_evm
from chains.hedera.shown import Head, Log, Record
from chains.types import Block, Fee, Network, Status, Transaction, Transfer, TransferKind
from chains.unsettled import unsettled

SUCCESSES = ("SUCCESS", "SUCCESS_BUT_MISSING_EXPECTED_OPERATION", "FEE_SCHEDULE_FILE_PART_UPLOADED")
"""Results of transactions that did what they said."""

NO_WORD = "UNKNOWN"
"""What a mirror node writes for a result that is newer than itself."""

RUNNING = ("CONTRACTCALL", "CONTRACTCREATEINSTANCE", "ETHEREUMTRANSACTION")
"""Names of transactions in which contracts run."""

_TRANSFER = bytes.fromhex("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef")


@dataclass(frozen=True)
class Facts:
    """What a token says of itself; hostile text already made plain."""

    symbol: str | None = None
    decimals: int | None = None


@dataclass(frozen=True)
class Shown:
    """All that a node showed of one transaction id.

    ``logs`` is ``None`` where a contract ran and its events are not shown. ``doubts`` are warnings of whoever asked.
    """

    id: str
    records: tuple[Record, ...] = ()
    tip: Head | None = None
    block: Head | None = None
    logs: tuple[Log, ...] | None = ()
    facts: Mapping[str, Facts] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()


def chosen(id_: str, records: Sequence[Record]) -> Record | None:
    """The record that tells what became of the transaction.

    What was scheduled counts more than the order to schedule it. Of several submissions of one transaction one succeeds at
    most; the others are duplicates.
    """
    own = [record for record in records if record.id == id_ and record.nonce == 0]
    ranked = sorted(
        own, key=lambda record: (record.result in SUCCESSES, record.result != "DUPLICATE_TRANSACTION"), reverse=True
    )
    return next((record for record in ranked if record.scheduled), ranked[0] if ranked else None)


def children(main: Record, records: Sequence[Record]) -> list[Record]:
    """What the transaction caused besides and what succeeded, in the order of consensus."""
    found = [
        record
        for record in records
        if record.id == main.id and record.nonce and record.scheduled == main.scheduled and record.result in SUCCESSES
    ]
    return sorted(found, key=lambda record: (record.consensus, record.nonce))


def decode(network: Network, shown: Shown) -> Transaction:
    """The transaction as ``shown`` tells it; ``sources`` are for the caller to add."""
    main = chosen(shown.id, shown.records)
    if main is None:
        return outside(network, shown, Status.UNKNOWN, "node_inconsistent" if shown.records else None)
    if main.result == NO_WORD:
        return outside(network, shown, Status.UNKNOWN, "status_not_visible")
    warnings: list[str] = []
    if any(record.id != main.id for record in shown.records):
        warnings.append("batch_has_own_transactions")
    if main.name == "SCHEDULECREATE" and main.result in SUCCESSES:
        warnings.append("schedule_not_executed")
    succeeded = main.result in SUCCESSES
    family = [main, *(children(main, shown.records) if succeeded else ())]
    legs: list[Transfer] = []
    payer = main.payer
    if succeeded:
        legs, payer_shown, more = _transfers(network, shown, family)
        payer = payer_shown or ""
        warnings += more
    depth = max(shown.tip.height, shown.block.height) - shown.block.height + 1 if shown.tip and shown.block else 1
    charged = sum(record.charged for record in family)
    return Transaction(
        network=network.slug,
        network_id=network.id,
        hash=shown.id,
        status=Status.SUCCEEDED if succeeded else Status.FAILED,
        final=True,
        confirmations=depth,
        confirmations_required=network.confirmations,
        block=Block(shown.block.height, shown.block.hash, shown.block.time) if shown.block else None,
        fee=Fee(network.native.asset, network.native.symbol, charged, payer or None),
        transfers=tuple(legs),
        failure=None if succeeded else plain(main.result.replace("_", " ").lower(), 100),
        warnings=tuple(dict.fromkeys([*warnings, *shown.doubts])),
    )


def outside(network: Network, shown: Shown, status: Status, *warnings: str | None) -> Transaction:
    """A transaction of which there is no record to stand on."""
    return unsettled(network, shown.id, status, *warnings, *shown.doubts)


def _transfers(
    network: Network, shown: Shown, family: Sequence[Record]
) -> tuple[list[Transfer], str | None, list[str]]:
    """The movements, who paid the fee, and warnings. The first of ``family`` is the transaction, the others its children."""
    memo, warnings = _memo(family[0].memo)
    legs: list[Transfer] = []
    payer: str | None = family[0].payer
    for record in family:
        prefix = f"transfer:{record.nonce}/" if record.nonce else "transfer:"
        found = moves.native(record)
        warnings += found.warnings
        if record is family[0] and record.charged:
            payer = found.payer
        legs += [_native(network, prefix, move) for move in found.moves]
        legs += _of_tokens(network, prefix, record, shown.facts)
        legs += _collectibles(network, prefix, record, shown.facts)
        if any(each.serial < 1 for each in record.collectibles):
            warnings.append("movements_not_readable")
    if shown.logs is None:
        warnings.append("evm_tokens_not_visible")
    own = {leg.contract for leg in legs}
    legs += [leg for leg in _of_logs(network, shown, warnings) if leg.contract not in own]
    return [replace(leg, memo=memo) for leg in legs], payer, warnings


def _memo(data: bytes) -> tuple[str | None, list[str]]:
    try:
        return as_written(data.decode("utf-8"), 512), []
    except UnicodeDecodeError:
        return None, ["memo_unreadable"]


def _native(network: Network, prefix: str, move: moves.Move) -> Transfer:
    return Transfer(
        position=f"{prefix}{move.place}",
        kind=TransferKind.NATIVE,
        asset=network.native.asset,
        contract=None,
        sender=move.sender,
        recipient=move.recipient,
        amount=move.amount,
        symbol=network.native.symbol,
        decimals=network.native.decimals,
    )


def _of_tokens(network: Network, prefix: str, record: Record, facts: Mapping[str, Facts]) -> list[Transfer]:
    """Places of tokens count on where the list of the native coin ends."""
    legs = []
    for token, move in moves.of_tokens(record.tokens):
        said = facts.get(token, Facts())
        legs.append(
            replace(
                _native(network, prefix, replace(move, place=move.place + len(record.changes))),
                kind=TransferKind.TOKEN,
                asset=f"{network.id}/token:{token}",
                contract=token,
                symbol=said.symbol,
                decimals=said.decimals,
            )
        )
    return legs


def _collectibles(network: Network, prefix: str, record: Record, facts: Mapping[str, Facts]) -> list[Transfer]:
    first = len(record.changes) + len(record.tokens)
    return [
        Transfer(
            position=f"{prefix}{first + place}",
            kind=TransferKind.NFT,
            asset=f"{network.id}/nft:{each.token}",
            contract=each.token,
            sender=each.sender,
            recipient=each.recipient,
            amount=1,
            symbol=facts.get(each.token, Facts()).symbol,
            token_id=str(each.serial),
        )
        for place, each in enumerate(record.collectibles)
        if each.serial > 0
    ]


def _of_logs(network: Network, shown: Shown, warnings: list[str]) -> list[Transfer]:
    """Tokens that live in contracts (ERC-20, ERC-721). Those of the network's own service are in the records already."""
    legs = []
    for place, log in enumerate(shown.logs or ()):
        if not log.topics or log.topics[0] != _TRANSFER:
            continue
        try:
            legs.append(_of_log(network, place, log, shown.facts.get(log.contract, Facts())))
        except ValueError:
            warnings.append("unreadable_transfer_log")
    return legs


def _of_log(network: Network, place: int, log: Log, facts: Facts) -> Transfer:
    """One event as a movement. Raises ``ValueError`` when it has a transfer's signature and not its shape."""
    collectible = len(log.topics) == 4 and not log.data
    if not collectible and (len(log.topics) != 3 or len(log.data) != 32):
        raise ValueError("a transfer of no known shape")
    if any(len(topic) != 32 or any(topic[:12]) for topic in log.topics[1:3]):
        raise ValueError("no address in this word")
    number = int.from_bytes(log.topics[3] if collectible else log.data, "big")
    return Transfer(
        position=f"log:{place}",
        kind=TransferKind.NFT if collectible else TransferKind.TOKEN,
        asset=f"{network.id}/{'erc721' if collectible else 'erc20'}:{log.contract}",
        contract=log.contract,
        sender=of_evm(log.topics[1][12:]),
        recipient=of_evm(log.topics[2][12:]),
        amount=1 if collectible else number,
        symbol=facts.symbol,
        token_id=str(number) if collectible else None,
    )


def assets(shown: Shown) -> tuple[str, ...]:
    """The tokens of the network's own service that moved, each once."""
    main = chosen(shown.id, shown.records)
    if main is None or main.result not in SUCCESSES:
        return ()
    family = [main, *children(main, shown.records)]
    fungible = [change.token for record in family for change in record.tokens]
    return tuple(dict.fromkeys(fungible + [each.token for record in family for each in record.collectibles]))
