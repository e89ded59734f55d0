"""Whether an address can take an asset, as frozen values: the question, and what a chain says to it."""

from __future__ import annotations

from dataclasses import dataclass

ACCOUNT, CONTRACT, UNKNOWN = "account", "contract", "unknown"

NEEDS = (
    "account",  # it must exist first: this asset, or so little, opens none
    "association",
    "authorization",  # the issuer must allow the holder
    "deposit_authorization",  # the holder takes payments of those only whom they named
    "more_coins",  # less than an account or an output must hold
    "opt_in",
    "other_address",  # nobody holds its key, or it is the token itself
    "room",  # the holder's own limit is reached
    "storage_deposit",
    "tag",
    "trust_line",
    "unfrozen_tokens",
)
"""What can be missing."""


@dataclass(frozen=True)
class ReceivingOrder:
    """What is to arrive: ``amount`` base units of ``contract`` (``None``: the native coin) at a canonical ``address``.

    ``memo`` goes with it; ``payer`` is who will send, empty while that is not known.
    """

    address: str
    contract: str | None
    amount: int
    memo: str | None = None
    payer: str = ""


@dataclass(frozen=True)
class Receiving:
    """What was said. ``able`` is ``None`` where nobody could tell; then it counts as no.

    ``kind``: ``account``, ``contract`` or ``unknown``. ``needs`` are codes of :data:`NEEDS`: what stands in the way now.
    ``deployed``: whether code stands at the address on this very chain. ``notes`` are codes of what could not be seen, and of
    what happens on the way (an account that is opened).
    """

    able: bool | None = None
    kind: str = UNKNOWN
    needs: tuple[str, ...] = ()
    deployed: bool | None = None
    notes: tuple[str, ...] = ()


def no(*needs: str, kind: str = ACCOUNT, deployed: bool | None = None) -> Receiving:
    """It cannot, for want of this."""
    return Receiving(False, kind, needs, deployed)


def yes(*notes: str, kind: str = ACCOUNT, deployed: bool | None = None) -> Receiving:
    """It can."""
    return Receiving(True, kind, (), deployed, notes)
