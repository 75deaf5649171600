"""Which addresses of the network may be called: public ones, and those an operator allowed."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
CLOSED_V4 = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",  # metadata service of one cloud, on a public address
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    )
)
# Only global unicast is open in IPv6; inside it, tunnels and documentation are closed.
OPEN_V6 = ipaddress.IPv6Network("2000::/3")
CLOSED_V6 = tuple(
    ipaddress.IPv6Network(text)
    for text in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)
ISATAP = {0x00005EFE, 0x02005EFE}
NUMERIC_LABEL = re.compile(r"(?:0[xX][0-9a-fA-F]*|[0-9]+)\Z")
HOST = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?\Z")


@dataclass(frozen=True, slots=True)
class Allowed:
    """One entry of OUTBOUND_ALLOW: a host or a network, for one port or for all."""

    host: str | None
    network: Network | None
    port: int | None

    def covers(self, host: str, port: int, address: Address) -> bool:
        if self.port is not None and self.port != port:
            return False
        if self.network is not None:
            return address.version == self.network.version and address in self.network
        return self.host == host


def parse_allow(entries: Iterable[str]) -> tuple[Allowed, ...]:
    """Read OUTBOUND_ALLOW; raises ValueError that names the entry and says how to write it."""
    return tuple(_parse_entry(entry.strip()) for entry in entries if entry.strip())


def _parse_entry(entry: str) -> Allowed:
    text, port = _split_port(entry)
    try:
        network = ipaddress.ip_network(text)
    except ValueError:
        if "/" in text or ":" in text or is_odd_number(text) or not HOST.match(text):
            raise ValueError(
                f"{entry!r} is neither a host nor a network. "
                "Write it like hooks.example.com, 10.1.2.3:8080, 10.1.0.0/16 or [fd00::/8]:443."
            ) from None
        return Allowed(host=text.lower().rstrip("."), network=None, port=port)
    return Allowed(host=None, network=network, port=port)


def _split_port(entry: str) -> tuple[str, int | None]:
    if entry.startswith("["):
        text, bracket, rest = entry[1:].partition("]")
        if not bracket:
            raise ValueError(f"{entry!r} lacks the closing bracket, like [fd00::1]:8080.")
    elif entry.count(":") == 1:
        text, _, number = entry.partition(":")
        rest = f":{number}"
    else:
        return entry, None
    if not rest:
        return text, None
    number = rest.removeprefix(":")
    if not (rest.startswith(":") and number.isascii() and number.isdigit() and len(number) < 6):
        raise ValueError(f"{entry!r} has no readable port after the colon, like :8080.")
    if not 0 < int(number) < 65536:
        raise ValueError(f"{entry!r} has a port that does not exist; ports are 1 to 65535.")
    return text, int(number)


def is_host(host: str) -> bool:
    """True for a name or a plain address, without port, brackets or scope."""
    if HOST.match(host):
        return True
    try:
        return ipaddress.IPv6Address(host).scope_id is None
    except ValueError:
        return False


def is_odd_number(host: str) -> bool:
    """True for hosts that look like numbers but are not plain addresses (0x7f.1, 2130706433)."""
    if not NUMERIC_LABEL.match(host.rstrip(".").rpartition(".")[2]):
        return False
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return True
    return False


def is_public(address: Address) -> bool:
    """True when the address belongs to the open internet, also when it is wrapped in another."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in CLOSED_V4)
    if address.scope_id is not None:
        return False
    wrapped = address.ipv4_mapped or _nat64(address)
    if wrapped is not None:
        return is_public(wrapped)
    if address not in OPEN_V6 or (int(address) >> 32) & 0xFFFFFFFF in ISATAP:
        return False
    return not any(address in network for network in CLOSED_V6)


def _nat64(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in NAT64 else None


def plain(address: Address) -> Address:
    """The IPv4 address inside an IPv4-mapped one, so that an allowed network covers both forms."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def may_call(host: str, port: int, address: Address, allow: Iterable[Allowed]) -> bool:
    """True when `address`, found under `host`, is public or allowed for `port`."""
    return is_public(address) or is_allowed(host, port, address, allow)


def is_allowed(host: str, port: int, address: Address, allow: Iterable[Allowed]) -> bool:
    """True when an entry of OUTBOUND_ALLOW names this host and port, or covers the address."""
    return any(entry.covers(host.lower().rstrip("."), port, plain(address)) for entry in allow)
