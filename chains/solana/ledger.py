"""From what instructions do to the movements that happened: owners found, fees taken off, sums compared with balances.

Decisions, all of them because a token account belongs to somebody and is nobody's address:

- Sender and recipient of tokens are the *owners* of the token accounts at that moment. The token account itself is not
  kept in the leg: ``position`` names the instruction, and the stored answer holds it.
- Native legs name the accounts whose lamports change. SOL sent to a token account is a leg to that account.
- Rent of a token account that is opened and stays is a cost, no leg. Rent that comes back (``closeAccount``) is one.
- Wrapping SOL is a mint of the wrapped token when it stays (``syncNative``); in an account that is closed again it is none.
- A fee withheld by the mint is taken off: the amount is what arrived. Where the instruction does not state the fee, the
  balances decide; where they cannot, the leg is left out with the warning ``withheld_fee_not_visible``.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from chains.solana.acts import Act, Filled, Instruction, LamportMove, Opened, OwnerChanged, OwnerTold, TokenMove
from chains.solana.message import Held, Shown
from chains.solana.programs import NATIVE_MINTS

BASIS = 10_000
"""Withheld fees are counted in hundredths of a percent."""

Acted = tuple[Instruction, Act]


@dataclass(frozen=True)
class Leg:
    """A movement, with the accounts it went through. ``mint`` is ``None`` for lamports; ``cost`` marks rent."""

    place: tuple[int, ...]
    source: str | None
    destination: str | None
    amount: int
    mint: str | None = None
    decimals: int | None = None
    sender: str | None = None
    recipient: str | None = None
    withheld: int | None = 0
    cost: bool = False

    @property
    def arrives(self) -> int:
        """What reaches the destination."""
        return self.amount - (self.withheld or 0)


@dataclass
class Told:
    """All movements in chain order and what could not be told."""

    legs: list[Leg] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def tell(shown: Shown, acted: Sequence[Acted]) -> Told:
    """The movements of a transaction that succeeded."""
    told = Told()
    tokens, warnings = _tokens(shown, acted)
    native = _native(shown, acted, tokens)
    filled, unexplained = _against_balances(shown, acted, tokens)
    told.legs = sorted([*native, *filled], key=lambda leg: leg.place)
    told.warnings = warnings
    if any(leg.withheld is None for leg in filled):
        told.legs = [leg for leg in told.legs if leg.withheld is not None]
        told.warnings.append("withheld_fee_not_visible")
    if any(leg.mint is not None and _owner_missing(leg) for leg in told.legs):
        told.warnings.append("token_owner_not_visible")
    if unexplained or _lamports_unexplained(shown, [*native, *_wrapped(tokens).values()]):
        told.warnings.append("balance_change_unexplained" if shown.inner else "internal_transfers_not_visible")
    return told


def _owner_missing(leg: Leg) -> bool:
    return (leg.source is not None and leg.sender is None) or (leg.destination is not None and leg.recipient is None)


def _wrapped(tokens: Sequence[Leg]) -> dict[tuple[int, ...], Leg]:
    """Moves of wrapped SOL by place: they move the lamports along."""
    return {leg.place: leg for leg in tokens if leg.mint in NATIVE_MINTS and leg.source and leg.destination}


def _native(shown: Shown, acted: Sequence[Acted], tokens: Sequence[Leg]) -> list[Leg]:
    """Moves of lamports, the balances followed along, because some instructions move all there is."""
    balance = Counter(shown.lamports[0]) if shown.lamports else Counter[str]()
    balance[shown.payer] -= shown.fee
    wrapped = _wrapped(tokens)
    rent = _rent(shown, acted)
    legs = []
    for number, (instruction, act) in enumerate(acted):
        place = instruction.place
        if isinstance(act, TokenMove) and place in wrapped:
            balance[act.source or ""] -= act.amount
            balance[act.destination or ""] += act.amount
        if not isinstance(act, LamportMove):
            continue
        if act.amount is None and shown.lamports is None:
            continue  # what it held is not shown
        amount = max(balance[act.source], 0) if act.amount is None else act.amount
        balance[act.source] -= amount
        balance[act.destination] += amount
        if amount:
            leg = Leg(place, act.source, act.destination, amount, sender=act.source, recipient=act.destination)
            legs.append(replace(leg, cost=number in rent))
    return legs


def _rent(shown: Shown, acted: Sequence[Acted]) -> set[int]:
    """Numbers of the acts that pay for room: what a token account got before it was opened, if it stays open.

    An account for wrapped SOL may get its SOL in the same move; then only a move of exactly the rent, or of what the account
    still lacked of it, is one.
    """
    closed = {act.source for _, act in acted if isinstance(act, LamportMove) and act.amount is None}
    opened = {act.account: number for number, (_, act) in enumerate(acted) if isinstance(act, Opened)}
    minted = {act.account: act.mint for _, act in acted if isinstance(act, Opened)}
    found = set()
    for number, (_, act) in enumerate(acted):
        if not isinstance(act, LamportMove) or act.destination in closed:
            continue
        if number >= opened.get(act.destination, -1):
            continue
        if minted[act.destination] not in NATIVE_MINTS or act.amount == _reserve(shown, act.destination):
            found.add(number)
    return found


def _reserve(shown: Shown, account: str) -> int | None:
    """The lamports of a new account of wrapped SOL that are not wrapped, less those it had before it was opened."""
    after = shown.tokens[1].get(account) if shown.tokens else None
    if after is None or shown.lamports is None:
        return None
    before, now = (side.get(account, 0) for side in shown.lamports)
    return now - after.amount - before


def _tokens(shown: Shown, acted: Sequence[Acted]) -> tuple[list[Leg], list[str]]:
    """Moves of tokens with nominal amounts; ``withheld`` is ``None`` where the balances have to tell."""
    known = _Accounts(shown, acted)
    legs: list[Leg] = []
    warnings: list[str] = []
    for instruction, act in acted:
        known.follow(act)
        if not isinstance(act, TokenMove):
            continue
        mint = act.mint or known.mint(act.source) or known.mint(act.destination)
        if mint is None:
            warnings.append("token_not_visible")
            continue
        legs.append(
            Leg(
                instruction.place,
                act.source,
                act.destination,
                act.amount,
                mint,
                act.decimals if act.decimals is not None else known.decimals(mint),
                known.owner(act.source),
                known.owner(act.destination),
                act.withheld,
            )
        )
    return legs, warnings


class _Accounts:
    """Who owns which token account, as the instructions go by."""

    def __init__(self, shown: Shown, acted: Sequence[Acted]) -> None:
        before, after = shown.tokens or ({}, {})
        changing = {act.account for _, act in acted if isinstance(act, (Opened, OwnerChanged))}
        self._mints = {account: held.mint for side in (after, before) for account, held in side.items()}
        self._decimals = {held.mint: held.decimals for side in (after, before) for held in side.values()}
        self._owners: dict[str, str | None] = {
            act.account: act.owner for _, act in acted if isinstance(act, OwnerTold) and act.account not in changing
        }
        for account in {*before, *after}:
            self._owners[account] = self._at_first(account, before, after, changing) or self._owners.get(account)

    @staticmethod
    def _at_first(
        account: str, before: Mapping[str, Held], after: Mapping[str, Held], changing: set[str]
    ) -> str | None:
        """The owner before the transaction; of an account without one before, the owner after it."""
        if account in changing:
            return before[account].owner if account in before else None
        owners = {side[account].owner for side in (before, after) if account in side} - {None}
        return owners.pop() if len(owners) == 1 else None

    def follow(self, act: Act) -> None:
        """Take note of an act that gives an account to somebody."""
        if isinstance(act, Opened):
            self._mints[act.account] = act.mint
        if isinstance(act, (Opened, OwnerChanged)):
            self._owners[act.account] = act.owner

    def mint(self, account: str | None) -> str | None:
        return self._mints.get(account) if account else None

    def decimals(self, mint: str) -> int | None:
        return self._decimals.get(mint)

    def owner(self, account: str | None) -> str | None:
        return self._owners.get(account) if account else None


def _against_balances(shown: Shown, acted: Sequence[Acted], legs: Sequence[Leg]) -> tuple[list[Leg], bool]:
    """``legs`` with withheld fees and fillings taken from the balances, and whether a balance remains unexplained."""
    if shown.tokens is None:
        return [replace(leg, withheld=leg.withheld or 0) for leg in legs], False
    before, after = shown.tokens
    told = list(legs)
    unexplained = False
    for account in sorted(_touched(before, after, legs)):
        if _closed_wrapped(shown, account, legs):
            continue
        change = _held(after, account) - _held(before, account)
        moved = sum(leg.arrives for leg in told if leg.destination == account)
        moved -= sum(leg.amount for leg in told if leg.source == account)
        rest = change - moved
        if rest < 0 and (fees := _fees(told, account, -rest)) is not None:
            told = [replace(leg, withheld=fees.get(number, leg.withheld)) for number, leg in enumerate(told)]
        elif rest > 0 and (place := _filling(acted, account)) is not None:
            held = after[account]
            told.append(Leg(place, None, account, rest, held.mint, held.decimals, recipient=held.owner))
        elif rest:
            unexplained = True
        else:
            told = [replace(one, withheld=0) if _open_fee(one, account) else one for one in told]
    return told, unexplained


def _touched(before: Mapping[str, Held], after: Mapping[str, Held], legs: Sequence[Leg]) -> set[str]:
    ends = {end for leg in legs for end in (leg.source, leg.destination) if end is not None}
    return {*before, *after, *ends}


def _held(side: Mapping[str, Held], account: str) -> int:
    return side[account].amount if account in side else 0


def _closed_wrapped(shown: Shown, account: str, legs: Sequence[Leg]) -> bool:
    """Whether it held wrapped SOL and is gone: what was wrapped and unwrapped in between is not told."""
    before, after = shown.tokens or ({}, {})
    if account in after:
        return False
    mints = {leg.mint for leg in legs if account in (leg.source, leg.destination)}
    return bool(mints & NATIVE_MINTS) or (account in before and before[account].mint in NATIVE_MINTS)


def _open_fee(leg: Leg, account: str) -> bool:
    return leg.destination == account and leg.withheld is None


def _fees(legs: Sequence[Leg], account: str, missing: int) -> dict[int, int | None] | None:
    """What was withheld of each move into ``account`` that does not state it, by number of the leg, in sum ``missing``.

    One move: all of it. Several: the one rate that gives this sum; every value ``None`` when none or more than one fits.
    """
    numbers = [number for number, leg in enumerate(legs) if _open_fee(leg, account)]
    if not numbers or missing > sum(legs[number].amount for number in numbers):
        return None
    if len(numbers) == 1:
        return {numbers[0]: missing}

    def split(rate: int) -> tuple[int, ...]:
        return tuple(-(-legs[number].amount * rate // BASIS) for number in numbers)

    rates = range(1, BASIS + 1)  # a higher rate never withholds less, of any of them
    first = bisect_left(rates, missing, key=lambda rate: sum(split(rate)))
    last = bisect_right(rates, missing, key=lambda rate: sum(split(rate))) - 1
    if first > last or split(rates[first]) != split(rates[last]):
        return dict.fromkeys(numbers)
    return dict(zip(numbers, split(rates[first]), strict=True))


def _filling(acted: Sequence[Acted], account: str) -> tuple[int, ...] | None:
    """Where tokens came into ``account`` without a number: the last such instruction."""
    places = [
        instruction.place
        for instruction, act in acted
        if (isinstance(act, Filled) and act.account == account)
        or (isinstance(act, Opened) and act.account == account and act.mint in NATIVE_MINTS)
    ]
    return places[-1] if places else None


def _lamports_unexplained(shown: Shown, legs: Sequence[Leg]) -> bool:
    if shown.lamports is None:
        return False
    before, after = shown.lamports
    expected = Counter(before)
    expected[shown.payer] -= shown.fee
    for leg in legs:
        expected[leg.source or ""] -= leg.amount
        expected[leg.destination or ""] += leg.amount
    return any(expected[account] != after[account] for account in after)
