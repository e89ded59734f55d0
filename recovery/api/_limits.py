"""How often a client may ask; a refusal also says when to come back."""

from __future__ import annotations

from flask import current_app, request

from recovery.errors import TooMany
from recovery.limits import Limit, address_of


def spend(limit: Limit, who: object) -> None:
    """Count one try. Raises TooMany, or Unavailable when it cannot count and the limit fails closed."""
    try:
        current_app.extensions["limits"].spend(limit, str(who))
    except TooMany as refused:
        raise TooMany(refused.detail, retry_after=limit.seconds) from None


def caller_address() -> str:
    """Who the network address of this request counts as."""
    return address_of(request.remote_addr)
