"""Nodes as an operator writes them, and the public ones of the catalogue for a first try."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from chains.catalogue import networks
from chains.encoding import plain
from chains.families import INTERFACES
from chains.types import Node

USUAL_RATE = 25
"""Calls a second a node on another machine may be asked when its operator does not say; providers' free plans allow so many."""

PUBLIC_RATE = 4
"""Calls a second a public node is asked: it is there for everybody."""

LOCAL = ("127.0.0.1", "::1", "localhost")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")


def nodes_from_urls(urls: Sequence[str], *, usual: str | None = None) -> tuple[Node, ...]:
    """Nodes as an operator writes them: ``blockbook+https://user:word@host:port/path#rate=10&project_id=key``.

    The interface stands before the scheme. What stands behind ``#`` is never sent as part of the URL: ``rate`` is the most
    calls a second (0 for no bound), every other word the name of a header with its value, for providers that want their
    key there. Labels are host and port, which carry no secret; nodes that share them are numbered. A node written twice, in
    whatever spelling, is one: it must not agree with itself; ``usual`` is the interface meant where none is named.

    Raises ``ValueError`` naming the place in the list, never the text, for what is not an HTTP URL.
    """
    nodes: list[Node] = []
    known: set[object] = set()
    for place, written in enumerate(urls, start=1):
        node = _node(place, written.strip())
        identity = (_spelled(node.url), node.interface or usual, node.headers)
        if identity in known:
            continue
        known.add(identity)
        taken = sum(one.label == node.label or one.label.startswith(f"{node.label}#") for one in nodes)
        nodes.append(replace(node, label=f"{node.label}#{taken + 1}") if taken else node)
    return tuple(nodes)


def _node(place: int, url: str) -> Node:
    interface = None
    scheme = url.partition("://")[0]
    if "+" in scheme:
        interface, _, _ = scheme.partition("+")
        url = url[len(interface) + 1 :]
    url, _, options = url.partition("#")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(f"node {place} is not an http or https URL") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"node {place} is not an http or https URL")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    rate: int | None = None if parts.hostname in LOCAL else USUAL_RATE
    headers = []
    for name, value in parse_qsl(options, keep_blank_values=True):
        if name == "rate" and value.isascii() and value.isdigit() and len(value) < 7:
            rate = int(value) or None
        elif name != "rate" and _HEADER_NAME.fullmatch(name) and value.isascii() and value.isprintable():
            headers.append((name, value))
        else:
            raise ValueError(f"node {place} has an option that is neither rate nor a header")
    return Node(plain(f"{host}:{port}" if port else host, 100), url, interface, tuple(headers), rate)


def _spelled(url: str) -> tuple[object, ...]:
    """Equal for spellings of one URL: host in either case, the usual port written or not, a slash at the end or not."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    return parts.scheme, parts.username, parts.password, parts.hostname, port, parts.path.rstrip("/"), parts.query


def node_table(urls: Mapping[str, Sequence[str]], *, public: bool) -> dict[str, tuple[Node, ...]]:
    """Nodes by the slugs of the catalogue, from ``urls`` as configured; slugs nobody knows are left out.

    With ``public`` the networks without a node of their own get the catalogue's public ones, which are asked sparingly and
    reached at public addresses only. Raises ``ValueError`` naming slug and place.
    """
    found: dict[str, tuple[Node, ...]] = {}
    for slug, row in networks().items():
        if slug in urls:
            try:
                found[slug] = nodes_from_urls(urls[slug], usual=INTERFACES[row.family][0])
            except ValueError as error:
                raise ValueError(f"{slug}: {error}") from None
        elif public and row.public_nodes:
            nodes = nodes_from_urls(row.public_nodes)
            found[slug] = tuple(replace(node, guarded=True, rate=PUBLIC_RATE) for node in nodes)
    return found
