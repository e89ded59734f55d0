"""The process's HTTP clients: pooled, with a deadline for a whole exchange, and one that reaches public addresses only.

HTTP libraries time each read; a node that drips bytes outlasts any of those, so every operation ends by the thread's deadline.
"""

from __future__ import annotations

import atexit
import os
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx

from chains.outside import is_public

_of_thread = threading.local()


@contextmanager
def deadline_of_thread(deadline: float) -> Iterator[None]:
    """Within it, no network operation of this thread outlasts ``deadline`` (monotonic seconds)."""
    before = getattr(_of_thread, "deadline", None)
    _of_thread.deadline = deadline
    try:
        yield
    finally:
        _of_thread.deadline = before


def _left(timeout: float | None, trouble: type[Exception]) -> float | None:
    deadline: float | None = getattr(_of_thread, "deadline", None)
    if deadline is None:
        return timeout
    left = deadline - time.monotonic()
    if left <= 0:
        raise trouble("deadline passed")
    return left if timeout is None else min(timeout, left)


class _Stream(httpcore.NetworkStream):
    """A network stream whose every operation ends by the thread's deadline."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.SyncBackend):
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(super().connect_tcp(host, port, left, local_address, socket_options))


class _GuardedBackend(_Backend):
    """Reaches public addresses only. A name is looked up once, every address it has is checked, and one of them is used:
    what a second look-up would say does not matter (DNS rebinding). TLS still proves the name."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise httpcore.ConnectError("no such host") from None
        addresses = [str(entry[4][0]) for entry in found]
        if not addresses or not all(is_public(address) for address in addresses):
            raise httpcore.ConnectError("not a public address")
        return super().connect_tcp(addresses[0], port, timeout, local_address, socket_options)


class DeadlineTransport(httpx.HTTPTransport):
    """httpx's own transport over a connection pool whose streams know the deadline."""

    def __init__(self, *, guarded: bool = False) -> None:
        super().__init__(trust_env=False)
        # httpx has no parameter for the network backend; the pool it made is replaced by one that has.
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_connections=128,
            max_keepalive_connections=64,
            keepalive_expiry=30.0,
            http1=True,
            network_backend=_GuardedBackend() if guarded else _Backend(),
        )


_lock = threading.Lock()
_shared: dict[bool, httpx.Client] = {}


def client(*, guarded: bool = False) -> httpx.Client:
    """The one client of its kind: kept connections, no redirects, no proxies from the environment."""
    with _lock:
        if guarded not in _shared:
            _shared[guarded] = httpx.Client(
                transport=DeadlineTransport(guarded=guarded),
                follow_redirects=False,
                trust_env=False,
                headers={"User-Agent": "recovery"},
            )
            atexit.register(_shared[guarded].close)
        return _shared[guarded]


def _forget_clients() -> None:
    """After a fork the child must not write into its parent's connections."""
    global _lock
    _lock = threading.Lock()
    _shared.clear()


os.register_at_fork(after_in_child=_forget_clients)
