"""How often a client may ask. The counters are the application's (shared by all its processes)."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from flask import current_app, request

from recovery.errors import TooMany


@dataclass(frozen=True)
class Limit:
    """``burst`` at once, then one more every ``seconds``. ``closed``: refuse when the counters cannot be asked."""

    name: str
    burst: int
    seconds: int
    closed: bool = False


SIGN_IN_ADDRESS = Limit("sign-in-address", 30, 10, closed=True)
SIGN_IN_PERSON = Limit("sign-in-person", 10, 30, closed=True)
APPEAL = Limit("appeal", 20, 30)
WRITE = Limit("api-write", 60, 1)
READ = Limit("api-read", 300, 1)
VERIFY = Limit("api-verify", 20, 3)
IMPORT = Limit("api-import", 60, 1)


def spend(limit: Limit, who: object) -> None:
    """Count one try. Raises TooMany, or Unavailable when it cannot count and the limit fails closed."""
    try:
        current_app.extensions["limits"].spend(limit, str(who))
    except TooMany as refused:
        raise TooMany(refused.detail, retry_after=limit.seconds) from None


def caller_address() -> str:
    """Who a network address counts as: one IPv4 address, or an IPv6 /64 (one household)."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.IPv6Network((address, 64), strict=False).network_address)
    return str(address)
