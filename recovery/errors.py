"""Everything that can be refused, one tree: a stable code and an HTTP status each. Edges render, nobody else does.

RecoveryError
├── InvalidInput 422          something in the form is wrong; ``fields`` says where
├── NotSignedIn 401           no session, or a token nobody knows
├── StepUpNeeded 403          a fresh sign-in is needed for this act
├── NotAllowed 403            this actor may not do this
├── NotFound 404              no such thing, or not yours: the same answer
├── Conflict 409              somebody was faster
│   ├── StaleVersion          the page was older than the case
│   ├── MoveNotOpen           the transition does not leave this state, or a guard says no
│   ├── MarketMoved           the price has moved since the quote; another one was offered instead
│   ├── AlreadyClaimed        the transfer leg belongs to another case
│   └── KeyReused             an idempotency key came back with other content
├── TooMany 429               slow down
└── Unavailable 503           a dependency (node, queue) does not answer; nothing was changed
"""

from __future__ import annotations

from collections.abc import Mapping


class RecoveryError(Exception):
    """Root of the tree. ``detail`` is a message code plus values for the catalogue, never a foreign exception's text."""

    code = "error"
    status = 500

    def __init__(self, detail: str = "", **values: object) -> None:
        super().__init__(detail or self.code)
        self.detail = detail or self.code
        self.values = values


class InvalidInput(RecoveryError):
    """Something in the input is wrong; ``fields`` maps a field to message codes."""

    code = "invalid_input"
    status = 422

    def __init__(self, detail: str = "", fields: Mapping[str, list[str]] | None = None, **values: object) -> None:
        super().__init__(detail, **values)
        self.fields = dict(fields or {})


class NotSignedIn(RecoveryError):
    """Nobody is signed in, or the token is unknown, expired or revoked."""

    code = "not_signed_in"
    status = 401


class StepUpNeeded(RecoveryError):
    """The act needs a sign-in of the last minutes."""

    code = "step_up_needed"
    status = 403


class NotAllowed(RecoveryError):
    """The actor may not do this; ``detail`` is a message code that says why."""

    code = "not_allowed"
    status = 403


class NotFound(RecoveryError):
    """There is no such thing, or it is somebody else's: the answer is the same."""

    code = "not_found"
    status = 404


class Conflict(RecoveryError):
    """Somebody was faster; read again and decide again."""

    code = "conflict"
    status = 409


class StaleVersion(Conflict):
    """The page was made from an older version of the case."""

    code = "stale_version"


class MoveNotOpen(Conflict):
    """No such transition leaves the state, or a guard says no; ``detail`` is the guard's name."""

    code = "move_not_open"


class Kept(Exception):
    """Mixed into a refusal that leaves something behind: what the unit of work did is made true before it is raised on."""


class MarketMoved(Conflict, Kept):
    """Nothing was accepted: the price has moved too far since the quote, and the machine replaced or withdrew it."""

    code = "market_moved"


class AlreadyClaimed(Conflict):
    """The transfer leg belongs to another case."""

    code = "already_claimed"


class KeyReused(Conflict):
    """An idempotency key came back with different content."""

    code = "key_reused"


class TooMany(RecoveryError):
    """Too many requests; wait a little."""

    code = "too_many"
    status = 429


class Unavailable(RecoveryError):
    """A dependency does not answer; nothing was changed."""

    code = "unavailable"
    status = 503
