"""What may be reached outside at the word of somebody who is not the operator: public hosts over HTTPS, nothing else.

Used for the public nodes of the catalogue and for every URL that a person may enter. The check of the text is one half; the
other is :mod:`chains.http_client`, which checks every address the name has and connects to what it checked.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from chains.errors import Refused

_CARRIERS = (
    ipaddress.ip_network("64:ff9b::/96"),  # NAT64, RFC 6052
    ipaddress.ip_network("64:ff9b:1::/48"),  # local NAT64, RFC 8215
    ipaddress.ip_network("2002::/16"),  # 6to4, RFC 3056
    ipaddress.ip_network("2001::/32"),  # Teredo, RFC 4380
    ipaddress.ip_network("::/96"),  # IPv4-compatible, RFC 4291
    ipaddress.ip_network("fec0::/10"),  # site-local, RFC 3879
)
"""IPv6 ranges that may carry an IPv4 address inside, or were private once; nobody's node has to be there."""

PORTS = (443, 8443)


class NotOutside(Refused):
    """The URL does not lead to a public host over HTTPS."""

    code = "url_not_allowed"


def is_public(address: str) -> bool:
    """Whether an IP address in text form is one that everybody on the Internet can reach."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and (ip.ipv4_mapped or any(ip in carrier for carrier in _CARRIERS)):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback)


def check_url(text: str) -> str:
    """``text`` when it is an HTTPS URL whose host may be public; an address written as a number must be public.

    Raises :class:`NotOutside` for other schemes and ports, user names inside, hosts without a dot, numbers in forms that
    resolvers read as addresses (``2130706433``, ``0x7f.1``), white space and control characters.
    """
    if len(text) > 2000 or any(c.isspace() or not c.isprintable() or not c.isascii() or c == "\\" for c in text):
        raise NotOutside("not a plain URL")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise NotOutside("not a URL") from None
    if parts.scheme != "https" or "@" in parts.netloc or parts.fragment or (443 if port is None else port) not in PORTS:
        raise NotOutside("only https to a usual port, without a user name")
    if not _host_is_allowed(host):
        raise NotOutside("not a public host")
    return text


def _host_is_allowed(host: str) -> bool:
    if ":" in host:
        return is_public(host)
    labels = host.rstrip(".").split(".")
    if len(labels) < 2 or not all(label and len(label) < 64 for label in labels):
        return False
    if labels[-1].isdigit() or labels[-1].lower().startswith("0x"):  # an IPv4 address, in whatever spelling
        return is_public(host)
    return labels[-1].lower() not in {
        "local",
        "localhost",
        "internal",
        "lan",
        "home",
        "corp",
        "test",
        "invalid",
        "onion",
    }
