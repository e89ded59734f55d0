"""What this process has lately seen of each node: a circuit breaker, a budget of calls, rests after 429, and figures.

A node that keeps failing is left alone for a while, longer each time; after it one request tries whether it is back. All of
it lives in memory: a new process starts without prejudice.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from dataclasses import dataclass, field

from chains.errors import NodeUnavailable
from chains.types import Node

STUMBLES = 3
"""Conversations in a row that heard nothing, after which a node is left alone."""

SINGLY = 600.0
"""Seconds for which a node that refused a batch is asked call by call."""

FIRST_REST = 2.0
LONGEST_REST = 30.0
ONE_TRY = 10.0
"""Seconds the one request may take that finds out whether a node is back."""

REMEMBERED = 64
"""Latencies kept for the figures."""


@dataclass
class Conduct:
    """One node's recent conduct. Times are :func:`time.monotonic` seconds."""

    label: str
    rate: int | None = None
    asked: int = 0
    troubles: int = 0
    last_trouble: str = ""
    latencies: deque[float] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    _in_a_row: int = 0
    _resting_until: float = 0.0
    _trying_until: float = 0.0
    _singly_until: float = 0.0
    _tokens: float = 0.0
    _filled_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def admit(self, calls: int, deadline: float, *, first: bool = True) -> None:
        """Let ``calls`` through, waiting for the budget no longer than ``deadline``. ``first`` of a conversation.

        Raises :class:`NodeUnavailable` for a node that is resting, or when the budget does not come free in time.
        """
        with self._lock:
            now = time.monotonic()
            if first:
                self._refuse_resting(now)
            wait = self._spend(calls, now)
            if now + wait > deadline:
                if self.rate is not None:
                    self._tokens += calls
                self._trying_until = 0.0
                raise NodeUnavailable(f"{self.label}: over its budget of calls")
            self.asked += calls
        if wait > 0:
            time.sleep(wait)

    def _refuse_resting(self, now: float) -> None:
        if now < max(self._resting_until, self._trying_until):
            raise NodeUnavailable(f"{self.label}: resting after {self.last_trouble or 'trouble'}")
        if self._in_a_row >= STUMBLES:
            self._trying_until = now + ONE_TRY  # the rest is over: one request finds out, others wait for it

    def _spend(self, calls: int, now: float) -> float:
        """Take ``calls`` out of the bucket, which may go below empty; seconds until it has been filled that far."""
        if self.rate is None:
            return 0.0
        full = 2.0 * self.rate
        if not self._filled_at:
            self._tokens = full
        self._tokens = min(full, self._tokens + (now - self._filled_at) * self.rate)
        self._filled_at = now
        self._tokens -= calls
        return max(0.0, -self._tokens / self.rate)

    def answered(self, seconds: float) -> None:
        """A whole answer came."""
        with self._lock:
            self._in_a_row, self._trying_until, self._resting_until = 0, 0.0, 0.0
            self.latencies.append(seconds)

    def mumbled(self, trouble: str) -> None:
        """An answer came and is of no use; the node is there, so it is not left alone for it."""
        with self._lock:
            self._note(trouble)
            self._trying_until = 0.0

    def stumbled(self, trouble: str) -> None:
        """A conversation that heard nothing so far: no answer, or an error of the server."""
        with self._lock:
            self._note(trouble)
            self._trying_until = 0.0
            self._in_a_row += 1
            if self._in_a_row >= STUMBLES:
                rest = min(LONGEST_REST, FIRST_REST * 2.0 ** (self._in_a_row - STUMBLES))
                self._resting_until = time.monotonic() + rest

    def overrun(self, seconds: float) -> None:
        """The node asked to be left alone for so long (429): everybody in this process does."""
        with self._lock:
            self._note("too many requests")
            self._trying_until = 0.0
            self._resting_until = max(self._resting_until, time.monotonic() + min(seconds, LONGEST_REST))

    def _note(self, trouble: str) -> None:
        self.troubles += 1
        self.last_trouble = trouble.removeprefix(f"{self.label}: ")

    def latency(self) -> float | None:
        """The middle of the last latencies, in seconds."""
        with self._lock:
            ordered = sorted(self.latencies)
        return ordered[len(ordered) // 2] if ordered else None

    def takes_batches(self) -> bool:
        """Whether a batch may be tried: not in the ten minutes after one was refused."""
        return time.monotonic() >= self._singly_until

    def refused_a_batch(self) -> None:
        """Calls went through one by one that did not as a batch."""
        self._singly_until = time.monotonic() + SINGLY

    def resting(self) -> bool:
        """Whether it is being left alone."""
        return time.monotonic() < self._resting_until


_lock = threading.Lock()
_known: dict[tuple[str, tuple[tuple[str, str], ...]], Conduct] = {}


def of(node: Node) -> Conduct:
    """The conduct of ``node``, by its whole URL and headers: two keys at one provider are two nodes."""
    with _lock:
        return _known.setdefault((node.url, node.headers), Conduct(node.label, node.rate))


def forget() -> None:
    """Start without prejudice (after a fork, and between tests)."""
    global _lock
    _lock = threading.Lock()
    _known.clear()


os.register_at_fork(after_in_child=forget)
