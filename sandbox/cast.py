"""Who takes part in the sample world: accounts, wallets, sign-ins. No invented people: everybody is a role."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

NETWORK = "local"
"""The chain of the sample world."""

SECOND_NETWORK = "local-second"
"""Another chain of the same kind, where the same keys have the same addresses."""

MEMO_NETWORK = "local-stellar"
"""A ledger on which the exchange has one address for everybody, and a memo for each."""

DEPOSITORS = ("acct-1001", "acct-1002")
"""Accounts with a sign-in; each has deposits of every kind worth trying."""

NEIGHBOUR = "acct-1003"
"""Somebody else's account, without a sign-in: what reached it must never show to the depositors."""

FROZEN = "acct-1004"

MEMOS = {account: f"7001{account.removeprefix('acct-')}" for account in DEPOSITORS}
"""What each depositor is told to write on a payment to the shared address."""

ACCOUNTS = (*DEPOSITORS, NEIGHBOUR, FROZEN)

WALLETS = ("gas_tank", "recovery_wallet", "hot")
"""The exchange's own wallets: pays for gas, receives sweeps and pays refunds, pays ordinary withdrawals."""

ISSUER = "issuer"
"""The outside key that deploys the sample contracts and hands out tokens."""


def deposit_key(account: str) -> str:
    """The name under which the key of an account's deposit address is kept."""
    return f"deposit:{account}"


def coin_key(account: str) -> str:
    """The name of the key of an account's second deposit address, the one for the native coin.

    The first holds tokens and nothing to pay gas with, as token deposit addresses do, so a sweep of it needs a top-up.
    """
    return f"deposit:{account}:coin"


CUSTODY_KEYS = (
    *WALLETS,
    *(deposit_key(account) for account in ACCOUNTS),
    *(coin_key(account) for account in DEPOSITORS),
)
PLATFORM = "Sample Broker"
"""Another platform, to which customers withdraw."""


def platform_key(account: str) -> str:
    """The name of the key of the platform's address for an account's withdrawals."""
    return f"platform:{account}"


OUTSIDE_KEYS = (ISSUER, "stranger", *DEPOSITORS, NEIGHBOUR, *(platform_key(account) for account in DEPOSITORS))


@dataclass(frozen=True)
class SignIn:
    """One sample sign-in of the product. ``account`` is set for depositors only."""

    role: str
    email: str
    password: str
    display_name: str
    account: str | None = None


_TEAMS = (
    ("specialist", "Specialist", "AB"),
    ("wallet", "Wallet team", "AB"),
    ("clearing", "Clearing team", "AB"),
    ("auditor", "Auditor", ""),
    ("lead", "Team lead", ""),
    ("admin", "Administrator", ""),
)

_VOCABULARY = (
    "acorn amber anchor apron arrow aspen badge basil beacon birch bishop blanket bottle branch bridge bronze button "
    "cabin camel candle canyon carbon castle cedar cellar chalk cherry clover cobalt copper coral cotton cradle crystal "
    "daisy dragon eagle ember falcon feather fiddle flint forest fossil garden garnet ginger glacier gravel hammer "
    "harbor hazel helmet heron hollow island ivory jacket jasper juniper kettle ladder lagoon lantern laurel lemon "
    "linen locket magnet maple marble meadow mirror mitten molten nickel nutmeg oasis olive onyx orchid otter paddle "
    "panther parsley pebble pepper pigeon pillow planet plum pocket poplar quartz rabbit ribbon river rocket saddle "
    "saffron salmon sandal silver sparrow spruce summit tablet teapot thistle thunder timber tulip tunnel turtle valley "
    "velvet violet walnut whisker willow window winter"
)


def draw_password() -> str:
    """Four words and four digits, about 40 bits: readable aloud, and different in every world."""
    words = _VOCABULARY.split()
    return "-".join(secrets.choice(words) for _ in range(4)) + f"-{secrets.randbelow(9000) + 1000}"


def draw_sign_ins() -> list[dict[str, Any]]:
    """The sign-ins of a new world, in the form ``world.json`` holds them."""
    depositors = [
        SignIn("depositor", f"depositor-{number}@example.org", draw_password(), f"Depositor {number}", account)
        for number, account in enumerate(DEPOSITORS, start=1)
    ]
    staff = [_member(role, title, letter) for role, title, letters in _TEAMS for letter in _letters(letters)]
    return [asdict(sign_in) for sign_in in (*depositors, *staff)]


def _letters(letters: str) -> Sequence[str]:
    return tuple(letters) or ("",)


def _member(role: str, title: str, letter: str) -> SignIn:
    local = f"{role}-{letter.lower()}" if letter else role
    return SignIn(role, f"{local}@example.org", draw_password(), f"{title} {letter}".strip())
