"""What one node tells beyond the transaction, in two round trips where a token is no proxy and of no older Curve pool.

Round one: what recipients held before and after the block, who else moved the tokens in it, where contracts stand, what the
recipients hold now. Round two: what the tokens are like, and a trial of moving the amount on. The code behind a proxy, and the
pool behind a token, cost one more each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from chains import probes
from chains.encoding import checksummed, keccak
from chains.errors import NodeMistaken, NodeUnavailable
from chains.evm import address as addresses, effect, facts, trial
from chains.evm.asking import rpc_results
from chains.probes import Replies, Trial
from chains.survey import SurveyOrder
from chains.surveyed import Survey, Traits
from chains.transport import LARGE_BODY_CAP, Call, Outcome, Talk
from chains.types import Network, Transfer, TransferKind

MOST_CONTRACTS = 4
"""Token contracts asked what they are like, some dozens of calls each; a transaction may touch thousands."""

MOST_LEGS = 32
"""Legs whose effect is looked at."""

TOO_MANY = "too_many_assets"
CODE_NOT_VISIBLE = "code_not_visible"
TRAITS_NOT_VISIBLE = "traits_not_visible"

MOST_AT_ONCE = 40
"""Calls in one batch; several providers take no more."""

PROXY_SLOTS = (
    f"0x{int.from_bytes(keccak(b'eip1967.proxy.implementation'), 'big') - 1:064x}",
    f"0x{keccak(b'org.zeppelinos.proxy.implementation').hex()}",
)
"""Where proxies keep the address they hand calls to: by ERC-1967, and as it was before it."""

NOBODY = checksummed(keccak(b"the recipient of a transfer that is only tried")[12:])
"""Where a trial sends: neither zero nor anybody's, so that no list of a token's has it."""

_TRANSFER_FROM = "23b872dd"
_SAFE_TRANSFER_FROM = "f242432a"


@dataclass(frozen=True)
class _Subject:
    """A token contract, the leg that stands for it, its code, what the leg's recipient holds of it now, and for a proxy of the
    usual kinds the code that it hands calls to."""

    contract: str
    leg: Transfer
    code: bytes | None
    held: int | None
    behind: bytes | None = None


def survey_legs(network: Network, talk: Talk, order: SurveyOrder) -> Survey:
    """See :meth:`chains.families.Surveyor.survey_legs`."""
    legs = effect.claimed(order.legs)
    firsts: dict[str, Transfer] = {}
    for leg in legs:
        firsts.setdefault(str(leg.contract), leg)
    contracts = list(firsts)[:MOST_CONTRACTS]
    looked = legs[:MOST_LEGS]
    asked = effect.questions(order.transaction, looked)
    logs = effect.logs_question(order.transaction, looked)
    places = _places(order, legs, contracts)
    now = [
        Call("eth_call", [{"to": name, "data": trial.holding(str(firsts[name].recipient))}, "latest"])
        for name in contracts
    ]
    codes = [Call("eth_getCode", [place, "latest"]) for place in places]
    slots = [Call("eth_getStorageAt", [name, slot, "latest"]) for name in contracts for slot in PROXY_SLOTS]
    calls = [*(one.call for one in asked), *logs, *codes, *now, *slots]
    some = MOST_AT_ONCE - 1  # beside the question for the chain
    told = iter([*rpc_results(talk, network, calls[:some], cap=LARGE_BODY_CAP), *_asked(talk, calls[some:])])
    states = {question: next(told) for question in asked}
    block_logs = next(told) if logs else None
    code = {place: trial.reply(next(told)) for place in places}
    held = {name: _number(trial.reply(next(told))) for name in contracts}
    targets = {name: _target([trial.reply(next(told)) for _ in PROXY_SLOTS]) for name in contracts}
    found = effect.effect(network, order.transaction, looked, states, block_logs, _telling(held))
    found.moved |= {leg.position: None for leg in legs[MOST_LEGS:]}
    subjects = [_Subject(name, firsts[name], code.get(name), held[name]) for name in contracts]
    try:
        traits = _traits(network, talk, _with_proxies(talk, subjects, targets))
    except (NodeUnavailable, NodeMistaken):  # what arrived is known all the same
        traits = {subject.contract: Traits(exists=_exists(subject)) for subject in subjects}
    return Survey(
        moved=found.moved,
        code={place: None if shown is None else probes.is_contract(shown) for place, shown in code.items()},
        traits={
            name: _with_effect(traits[name], [leg for leg in looked if leg.contract == name], found.moved)
            for name in contracts
        },
        notes=tuple(dict.fromkeys((*found.notes, *_notes(code, traits, more=len(firsts) > len(contracts))))),
    )


def _asked(talk: Talk, calls: Sequence[Call]) -> list[Outcome]:
    """All outcomes, in batches that providers take."""
    told: list[Outcome] = []
    for start in range(0, len(calls), MOST_AT_ONCE):
        told += talk.rpc(calls[start : start + MOST_AT_ONCE], cap=LARGE_BODY_CAP)
    return told


def _target(slots: Sequence[bytes | None]) -> str | None:
    """The address in the first of ``slots`` that holds one."""
    words = [word for word in slots if word is not None and len(word) == 32 and any(word) and not any(word[:12])]
    return checksummed(words[0][12:]) if words else None


def _with_proxies(talk: Talk, subjects: Sequence[_Subject], targets: Mapping[str, str | None]) -> Sequence[_Subject]:
    """``subjects`` with the code behind those that are proxies."""
    proxies = [one for one in subjects if targets[one.contract] is not None]
    told = _asked(talk, [Call("eth_getCode", [targets[one.contract], "latest"]) for one in proxies])
    behind = {one.contract: trial.reply(outcome) for one, outcome in zip(proxies, told, strict=True)}
    return [replace(one, behind=behind.get(one.contract)) for one in subjects]


def _telling(held: Mapping[str, int | None]) -> list[str]:
    return [name for name, balance in held.items() if balance is not None]


def _places(order: SurveyOrder, legs: Iterable[Transfer], contracts: Iterable[str]) -> list[str]:
    named = [*order.addresses, *(leg.recipient for leg in order.legs if leg.recipient), *contracts]
    return [place for place in dict.fromkeys(named) if addresses.check(place).valid]


def _notes(code: Mapping[str, bytes | None], traits: Mapping[str, Traits], *, more: bool) -> list[str]:
    notes = [CODE_NOT_VISIBLE] if None in code.values() else []
    notes += [TRAITS_NOT_VISIBLE] if any(_in_the_dark(one) for one in traits.values()) else []
    return [*notes, TOO_MANY] if more else notes


def _in_the_dark(traits: Traits) -> bool:
    """Whether nothing came of the questions that every contract answers in one way or the other."""
    return traits.exists is not False and traits.rebasing is None and traits.bridged is None


def _traits(network: Network, talk: Talk, subjects: Sequence[_Subject]) -> dict[str, Traits]:
    """What each of the contracts is like."""
    calls: list[Call] = []
    asked = {}
    for subject in subjects:
        if _exists(subject) is False:
            continue
        asked[subject.contract] = probes.questions(subject.code, str(subject.leg.recipient)[2:], subject.behind)
        calls += [facts.question(subject.contract, f"0x{one.data}") for one in asked[subject.contract]]
        calls += _trial_calls(subject)
    told = iter(_asked(talk, calls))
    found: dict[str, Traits] = {}
    pools: dict[str, str] = {}
    for subject in subjects:
        name = subject.contract
        if name not in asked:
            found[name] = Traits(exists=False)
            continue
        replies = Replies({question: trial.reply(next(told)) for question in asked[name]})
        tried = _tried([next(told) for _ in _trial_calls(subject)])
        found[name] = _subject_traits(network, subject, replies, tried)
        if found[name].receipt_for is None and (pool := probes.pool_behind(replies)):
            pools[name] = f"0x{pool}"
    return found | {name: replace(found[name], receipt_for="curve") for name in _of_pools(talk, pools)}


def _exists(subject: _Subject) -> bool | None:
    return None if subject.code is None else probes.is_contract(subject.code)


def _subject_traits(network: Network, subject: _Subject, replies: Replies, tried: Trial) -> Traits:
    traits = probes.traits(replies, tried, _amount(subject))
    if subject.leg.kind is TransferKind.NFT and traits.fungible is None:
        traits = replace(traits, fungible=False)
    wrapped = network.params.get("wrapped_native")
    return replace(
        traits,
        exists=_exists(subject),
        wrapped_native=None if wrapped is None else subject.contract.lower() == str(wrapped).lower(),
    )


def _of_pools(talk: Talk, pools: Mapping[str, str]) -> list[str]:
    """The tokens whose minter is a pool."""
    calls = [facts.question(pool, f"0x{one.data}") for pool in pools.values() for one in probes.POOL]
    told = iter(_asked(talk, calls))
    replies = {name: Replies({one: trial.reply(next(told)) for one in probes.POOL}) for name in pools}
    return [name for name, said in replies.items() if all(said.filled(one.signature) for one in probes.POOL)]


def _amount(subject: _Subject) -> int:
    """What a trial moves: the amount, but no more than is there. 0 where there is nothing to try with."""
    return subject.leg.amount if subject.held is None else min(subject.leg.amount, subject.held)


def _trial_calls(subject: _Subject) -> list[Call]:
    """The transfer from the recipient on; of fungible tokens also between two looks at what arrives."""
    leg, amount = subject.leg, _amount(subject)
    holder = str(leg.recipient)
    if leg.kind is TransferKind.NFT:
        data = _collectible(leg, holder)
        return [Call("eth_call", [{"from": holder, "to": subject.contract, "data": data}, "latest"])]
    if not amount:
        return []
    request = {"from": holder, "to": subject.contract, "data": trial.transfer(NOBODY, amount)}
    return [Call("eth_call", [request, "latest"]), trial.simulation(request, subject.contract, NOBODY)]


def _collectible(leg: Transfer, holder: str) -> str:
    """``transferFrom`` of ERC-721, or ``safeTransferFrom`` of ERC-1155 without data."""
    words = f"{holder[2:].lower():0>64}{NOBODY[2:].lower():0>64}{int(leg.token_id or 0):064x}"
    if effect.holding_of(leg).single:
        return f"0x{_TRANSFER_FROM}{words}"
    return f"0x{_SAFE_TRANSFER_FROM}{words}{leg.amount:064x}{160:064x}{0:064x}"


def _tried(outcomes: Sequence[Outcome]) -> Trial:
    if not outcomes:
        return Trial()
    call = outcomes[0]
    if call.failed:
        return Trial(refused=True if trial.refused_by_contract(call) else None)
    try:
        arrived = trial.arrived(outcomes[1]) if len(outcomes) > 1 else None
    except NodeMistaken:
        arrived = None
    data = trial.reply(call)
    return Trial(None if data is None else False, data, arrived)


def _with_effect(traits: Traits, legs: Iterable[Transfer], moved: Mapping[str, int | None]) -> Traits:
    """``traits`` with what the legs themselves show of a fee: that less of one arrived outweighs a trial between others."""
    if traits.rebasing or traits.exists is False:
        return traits  # balances that are rounded, or a token that is gone
    brought = [(moved.get(leg.position), leg.amount) for leg in legs if leg.kind is TransferKind.TOKEN]
    if any(came is not None and 0 < came < amount for came, amount in brought):
        return replace(traits, takes_fee=True)
    whole = any(came == amount and amount for came, amount in brought)
    return replace(traits, takes_fee=False) if whole and traits.takes_fee is None else traits


def _number(said: bytes | None) -> int | None:
    return int.from_bytes(said, "big") if said is not None and len(said) == 32 else None
