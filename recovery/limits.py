"""How often somebody may try: token buckets in Redis.

Sign-in fails closed (without Redis nobody may guess passwords), the rest fails open: an appeal matters more than the
limit on it.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Protocol

import redis
import structlog

from recovery.errors import TooMany, Unavailable

log = structlog.get_logger(__name__)

TAKE = """
local now = redis.call('TIME')
local at = tonumber(now[1]) + tonumber(now[2]) / 1000000
local bucket = redis.call('HMGET', KEYS[1], 'left', 'at')
local burst, seconds = tonumber(ARGV[1]), tonumber(ARGV[2])
local left = math.min(burst, (tonumber(bucket[1]) or burst) + (at - (tonumber(bucket[2]) or at)) / seconds)
local taken = 0
if left >= 1 then left = left - 1; taken = 1 end
redis.call('HSET', KEYS[1], 'left', tostring(left), 'at', tostring(at))
redis.call('EXPIRE', KEYS[1], math.ceil(burst * seconds) + 1)
return taken
"""


@dataclass(frozen=True)
class Limit:
    """``burst`` at once, then one more every ``seconds``. ``closed``: refuse when Redis cannot be asked."""

    name: str
    burst: int
    seconds: int
    closed: bool = False


SIGN_IN_ADDRESS = Limit("sign-in-address", 30, 10, closed=True)
SIGN_IN_PERSON = Limit("sign-in-person", 10, 30, closed=True)
APPEAL = Limit("appeal", 20, 30)
APPEAL_ACCOUNT = Limit("appeal-account", 60, 300)
"""Of one account, however many people report for it: each hash costs calls to nodes."""
ASKS_NODES = frozenset({"give_reference", "accept", "change_destination"})
"""Moves that cost as much as a new report and count as one."""
MOVE = Limit("move", 60, 1)
PROOF = Limit("proof", 10, 360)
"""Ten tries an hour at proving one case."""
WRITE = Limit("api-write", 60, 1)
READ = Limit("api-read", 300, 1)
NOTICE = Limit("notice", 30, 10)
"""Opening links of notices, by network address."""
VERIFY = Limit("api-verify", 20, 3)
IMPORT = Limit("api-import", 60, 1)


class Limits(Protocol):
    """Something that counts tries."""

    def spend(self, limit: Limit, who: str) -> None:
        """Count one try. Raises TooMany, or Unavailable when it cannot count and the limit fails closed."""

    def ping(self) -> bool:
        """Whether the counter answers."""


class RedisLimits:
    """The buckets of a whole installation, shared by its processes."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)
        self._take = self._redis.register_script(TAKE)

    def spend(self, limit: Limit, who: str) -> None:
        """Count one try."""
        try:
            taken = self._take(keys=[f"limit:{limit.name}:{who}"], args=[limit.burst, limit.seconds])
        except redis.RedisError as error:
            log.warning("limits_unreachable", limit=limit.name, error=type(error).__name__)
            if limit.closed:
                raise Unavailable("sign_in_unavailable") from None
            return
        if not taken:
            raise TooMany(limit.name.replace("-", "_"))

    def close(self) -> None:
        """Give every connection back."""
        self._redis.close()

    def ping(self) -> bool:
        """Whether Redis answers."""
        try:
            return bool(self._redis.ping())
        except redis.RedisError:
            return False


def address_of(remote: str | None) -> str:
    """Who a network address counts as: one IPv4 address, or an IPv6 /64 (one household)."""
    try:
        address = ipaddress.ip_address(remote or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.IPv6Network((address, 64), strict=False).network_address)
    return str(address)
