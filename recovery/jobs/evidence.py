"""Jobs that ask nodes about a deposit: collecting evidence, and trying out a token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from chains.catalogue import networks
from chains.errors import ChainError
from chains.evm.moves import asset_facts, balances
from chains.identify import identify
from chains.neighbours import neighbours
from chains.replacement import find_replacement
from chains.sending import Step, arrivals
from chains.survey import survey
from chains.types import Network, Node, Reading
from chains.verify import probe as probe_networks
from recovery.domain.settlement import highest_cost
from recovery.errors import Conflict
from recovery.jobs.crash import crash_point
from recovery.jobs.planning import coins_of, sender_for
from recovery.jobs.work import Work
from recovery.queries.custody import our_wallet
from recovery.queries.facts import open_claim
from recovery.services import evidence, screening
from recovery.services.evidence import Look
from recovery.services.kyt import tool_of
from recovery.services.readings import keep_reading, kept_readings
from recovery.services.screening import Asked

ASK_SECONDS = 12.0


def collect(work: Work) -> None:
    """Ask every candidate network that has a node about the case's hash, then diagnose."""
    with work.database.reading() as session:
        case = work.case(session)
        hash, only = case.hash, case.network or case.named_network
        named = case.network is None and case.named_network is not None
    configured = work.all_nodes()
    slugs = _slugs(hash, only)
    crash_point("evidence:before_ask")
    kept, told = _ask(work, hash, _with_nodes(slugs, configured))
    if named and not any(reading.transaction.status in evidence.SHOWN for reading in (kept | told).values()):
        slugs = _slugs(hash, None)  # perhaps it lies on another network than the one that was named
        more, asked = _ask(work, hash, _with_nodes([one for one in slugs if one != only], configured))
        kept, told = kept | more, told | asked
    unasked = [slug for slug in slugs if slug not in configured and not networks()[slug].sandbox]
    readings = [(kept | told)[slug] for slug in slugs if slug in kept | told]
    look = _ask_beside(work, Look(readings, work.settings.sandbox, unasked))
    look = replace(look, screened=_screen(work, readings))
    crash_point("evidence:after_ask")
    with work.finishing() as session:
        case = work.case(session)
        for reading in told.values():
            keep_reading(session, reading)
        seconds = evidence.conclude_look(session, case, look)
        if seconds is not None:
            work.again(session, seconds)
    crash_point("evidence:after_commit")


def _with_nodes(slugs: Sequence[str], configured: Mapping[str, tuple[Node, ...]]) -> dict[Network, tuple[Node, ...]]:
    return {networks()[slug]: configured[slug] for slug in slugs if slug in configured}


def _ask(
    work: Work, hash: str, candidates: Mapping[Network, tuple[Node, ...]]
) -> tuple[dict[str, Reading], dict[str, Reading]]:
    """By network, the readings that are kept, and for the others what the nodes say now."""
    with work.database.reading() as session:
        kept = kept_readings(session, hash, candidates)
    asked = {network: nodes for network, nodes in candidates.items() if network.slug not in kept}
    told = probe_networks(hash, asked, timeout=ASK_SECONDS) if asked else []
    return kept, {reading.transaction.network: reading for reading in told}


def _ask_beside(work: Work, look: Look) -> Look:
    """With what more the nodes of the decisive network tell: of the legs to us, of what is gone, of what may have been meant."""
    with work.database.reading() as session:
        wanted = evidence.still_wanted(session, work.case(session), look.readings, sandbox=look.sandbox)
    if wanted is None:
        return look
    network, nodes = networks()[wanted.network], work.nodes(wanted.network)
    if wanted.order:
        look = replace(look, surveyed=survey(network, nodes, wanted.order, timeout=ASK_SECONDS))
    if wanted.remains:
        found = find_replacement(network, nodes, wanted.hash, wanted.remains, timeout=ASK_SECONDS)
        look = replace(look, replacement=found)
    if wanted.near:
        look = replace(look, suggestions=neighbours(network, nodes, wanted.near, timeout=ASK_SECONDS))
    return look


def _screen(work: Work, readings: Sequence[Reading]) -> Asked:
    """What a screening tool says of the senders, once there is something final to be judged."""
    with work.database.reading() as session:
        questions = evidence.to_screen(session, work.case(session), readings)
    return screening.ask(tool_of(work.settings), questions)


def _slugs(hash: str, only: str | None) -> list[str]:
    """The networks the hash can be on: the one that is known, or all whose hashes look like that."""
    return [slug for slug in ((only,) if only else identify(hash).candidates) if slug in networks()]


def probe(work: Work) -> None:
    """Look at the claimed token: its names, whether the coins are still there, a trial of the sweep and its cost."""
    with work.database.reading() as session:
        case = work.case(session)
        claim = open_claim(session, case.id)
        if claim is None:
            network = None
        else:
            network = networks()[claim.network]
            contract, amount, source, coins = claim.contract, claim.amount, claim.recipient, coins_of(claim)
            tank, wallet, missing = _wallets(session, network)
    if network is None:
        with work.finishing():
            return
    crash_point("probe:before_ask")
    nodes = work.nodes(network.slug)
    problem: str | None = None
    symbol, decimals, balance, cost, keeps = None, None, None, None, None
    try:
        sender = sender_for(network)
        if network.family == "evm":
            if contract is not None:
                facts = asset_facts(network, nodes, contract)
                symbol, decimals = facts.symbol, facts.decimals
            balance = balances(network, nodes, source, contract)
        if missing is not None:
            problem = missing
        else:
            steps = sender.plan_sweep(
                network, nodes, contract=contract, coins=[coins], destination=wallet, gas_tank=tank or None
            )
            cost, keeps = _foreseen_cost(steps), _kept(steps, amount)
    except ChainError as error:
        problem = error.code
    crash_point("probe:after_ask")
    with work.finishing() as session:
        evidence.write_probe(
            session,
            work.case(session),
            problem=problem,
            symbol=symbol,
            decimals=decimals,
            balance=balance,
            network_cost=cost,
            token_keeps=keeps,
        )


OUT_OF_COINS = 3
"""Where the network takes its cost out of the coins, a quote must cover the sweep, the refund after it, which is larger, and a
rise of the rate between them."""


def _foreseen_cost(steps: Sequence[Step]) -> int:
    cost = highest_cost(steps)
    return cost * OUT_OF_COINS if any(step.inputs for step in steps) else cost


def _kept(steps: Sequence[Step], amount: int) -> int:
    """What the token itself keeps of a sweep; what a network takes out of the coins is its cost."""
    return 0 if any(step.inputs for step in steps) else amount - arrivals(steps)[0]


def _wallets(session: Session, network: Network) -> tuple[str, str, str | None]:
    """Gas tank (empty where the network needs none), recovery wallet, and the code of what is missing."""
    try:
        tank = our_wallet(session, network.slug, "gas_tank") if network.family == "evm" else ""
        return tank, our_wallet(session, network.slug, "recovery"), None
    except Conflict as conflict:
        return "", "", conflict.detail
