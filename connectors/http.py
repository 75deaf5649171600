"""The only outbound client: checked addresses, limits on time and size, no redirects."""

import contextlib
import functools
import ipaddress
import os
import queue
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import httpcore
import httpx
from django.conf import settings

from connectors.addresses import (
    Address,
    Allowed,
    is_allowed,
    is_host,
    is_odd_number,
    may_call,
    parse_allow,
)
from connectors.errors import DeliveryError
from connectors.network import CONNECT_SECONDS, Call, CheckedBackend, call_in_hand

USER_AGENT = "Clearance/0.1"
PORTS = {"http": 80, "https": 443}
Resolve = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one call may cost: seconds in all, bytes of the answer after unpacking.

    With `cut` a longer answer is cut to `size`; without it, it is refused.
    """

    seconds: float = 10.0
    size: int = 64 * 1024
    cut: bool = True


@dataclass(frozen=True, slots=True)
class Response:
    """What came back: header names are lower case, `body` is unpacked."""

    code: int
    headers: Mapping[str, str]
    body: bytes
    was_cut: bool
    elapsed_ms: int


def resolve(host: str, port: int) -> list[str]:
    """Addresses of a host, as the operating system finds them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(row[4][0]) for row in found))


class OutboundClient:
    """Keeps connections open between calls; one per process, safe for threads."""

    def __init__(
        self,
        *,
        allow: tuple[Allowed, ...] = (),
        tls: ssl.SSLContext | None = None,
        lookup: Resolve = resolve,
    ) -> None:
        self._allow = allow
        self._lookup = lookup
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls or httpx.create_ssl_context(),
            max_connections=50,
            max_keepalive_connections=20,
            keepalive_expiry=30,
            network_backend=CheckedBackend(),
        )

    def request(
        self,
        method: str,
        address: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        limits: Limits = Limits(),
    ) -> Response:
        """One call to `address`; raises DeliveryError when there is no whole answer."""
        started = time.monotonic()
        deadline = started + limits.seconds
        url = read_address(address)
        port = url.port or PORTS[url.scheme]
        addresses = self._checked(url, port, seconds=min(limits.seconds, CONNECT_SECONDS))
        token = call_in_hand.set(Call(addresses, deadline))
        try:
            with _worded_failures(url.host, limits):
                return self._exchange(method, url, headers or {}, content, limits, started)
        finally:
            call_in_hand.reset(token)

    def _checked(self, url: httpx.URL, port: int, *, seconds: float) -> tuple[Address, ...]:
        host = url.raw_host.decode("ascii").strip("[]")
        found = [ipaddress.ip_address(text) for text in self._look_up(host, port, seconds)]
        for address in found:
            if not may_call(host, port, address, self._allow):
                raise DeliveryError(
                    f"{url.host} leads to {address}, an address inside a private network, so "
                    "nothing was sent. Give a public address, or ask an administrator to add "
                    f"{url.host}:{port} to CLEARANCE_OUTBOUND_ALLOW.",
                    permanent=True,
                )
            if url.scheme == "http" and not is_allowed(host, port, address, self._allow):
                raise DeliveryError(
                    f"{url.host} is written with http, which anyone on the way can read, so "
                    "nothing was sent. Write https, or ask an administrator to add "
                    f"{url.host}:{port} to CLEARANCE_OUTBOUND_ALLOW.",
                    permanent=True,
                )
        return tuple(found)

    def _look_up(self, host: str, port: int, seconds: float) -> list[str]:
        # The system's own look-up knows no time limit, so it runs beside us and may be left.
        answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

        def look() -> None:
            try:
                answers.put(self._lookup(host, port))
            except (OSError, UnicodeError) as error:
                answers.put(OSError(str(error)))

        threading.Thread(target=look, daemon=True, name="look-up").start()
        try:
            answer = answers.get(timeout=seconds)
        except queue.Empty:
            answer = OSError("no answer in time")
        if isinstance(answer, OSError) or not answer:
            raise DeliveryError(
                f"The name {host} was not found. Check the spelling of the address; "
                "if it is right, the next attempt will try again.",
                permanent=False,
            )
        return answer

    def _exchange(
        self,
        method: str,
        url: httpx.URL,
        headers: Mapping[str, str],
        content: bytes | None,
        limits: Limits,
        started: float,
    ) -> Response:
        target = httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        )
        sent: dict[str | bytes, str | bytes] = {
            "Host": url.netloc.decode("ascii"),
            "User-Agent": USER_AGENT,
            "Accept-Encoding": "gzip",
        }
        sent.update(headers.items())
        if content is not None:
            sent["Content-Length"] = str(len(content))
        seconds = dict.fromkeys(("connect", "read", "write", "pool"), limits.seconds)
        with self._pool.stream(
            method, target, headers=sent, content=content, extensions={"timeout": seconds}
        ) as answer:
            found = _header_texts(answer.headers)
            body, was_cut = _read_body(answer.iter_stream(), found, limits)
        elapsed = round((time.monotonic() - started) * 1000)
        return Response(answer.status, found, body, was_cut, elapsed)

    def close(self) -> None:
        self._pool.close()


def read_address(address: str) -> httpx.URL:
    """Check the form of an address to call; raises DeliveryError with what to write instead."""
    try:
        url = httpx.URL(address)
        port = url.port
    except (httpx.InvalidURL, ValueError, TypeError):
        raise DeliveryError(
            "The address cannot be read. Write it like https://hooks.example.com/clearance.",
            permanent=True,
        ) from None
    host = url.raw_host.decode("ascii", "replace").strip("[]")
    if url.scheme not in PORTS or not host:
        problem = "does not start with https:// and a host"
    elif not is_host(host):
        problem = f"has a host that cannot exist: {host[:80]}"
    elif url.userinfo:
        problem = "holds a user name or password before the @; leave it out and use a secret"
    elif port is not None and not 0 < port < 65536:
        problem = f"has port {port}; ports are 1 to 65535"
    elif ":" not in host and is_odd_number(host):
        problem = f"names its host as the number {host}; write the name or four plain numbers"
    else:
        return url
    raise DeliveryError(f"The address {problem}.", permanent=True)


def _header_texts(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


def _read_body(
    chunks: Iterable[bytes], headers: Mapping[str, str], limits: Limits
) -> tuple[bytes, bool]:
    body = bytearray()
    for piece in _unpacked(chunks, headers.get("content-encoding", ""), limits.size):
        body += piece
        if len(body) > limits.size:
            if limits.cut:
                return bytes(body[: limits.size]), True
            raise DeliveryError(
                f"The answer is larger than {limits.size // 1024:,} KiB, so it was not read.",
                permanent=True,
            )
    return bytes(body), False


def _unpacked(chunks: Iterable[bytes], encoding: str, size: int) -> Iterator[bytes]:
    """Pieces of the body; unpacking stops just past `size`, however small the packed form is."""
    encoding = encoding.strip().lower()
    if encoding in {"", "identity"}:
        yield from chunks
        return
    if encoding not in {"gzip", "x-gzip"}:
        raise DeliveryError(
            f"The answer is packed as {encoding[:40]!r}, which was not asked for. "
            "The other side must send it plain or as gzip.",
            permanent=True,
        )
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 16)
    left = size + 1
    for chunk in chunks:
        piece = unpack.decompress(chunk, left)
        left -= len(piece)
        yield piece
        if left <= 0:
            return


@contextlib.contextmanager
def _worded_failures(host: str, limits: Limits) -> Iterator[None]:
    try:
        yield
    except httpcore.TimeoutException as error:
        raise DeliveryError(
            f"{host} did not answer within {limits.seconds:g} seconds.", permanent=False
        ) from error
    except httpcore.ConnectError as error:
        raise DeliveryError(_connect_words(host, error), permanent=False) from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise DeliveryError(
            f"The connection to {host} broke before the answer was complete.", permanent=False
        ) from error
    except zlib.error as error:
        raise DeliveryError(
            f"The answer of {host} is packed wrongly and cannot be read.", permanent=False
        ) from error


def _connect_words(host: str, error: Exception) -> str:
    if "CERTIFICATE" in str(error).upper() or "SSL" in str(error).upper():
        return (
            f"The certificate of {host} is not valid for it, so nothing was sent. "
            "Its owner must renew it or send the whole chain."
        )
    return f"{host} does not accept connections. Its owner must check that it is running."


_making = threading.Lock()


def client() -> OutboundClient:
    """The client of this process, with the addresses allowed by CLEARANCE_OUTBOUND_ALLOW."""
    # Without the lock, threads that come first at the same time would each make one.
    with _making:
        return _client(tuple(settings.OUTBOUND_ALLOW))


@functools.lru_cache(maxsize=4)
def _client(allow: tuple[str, ...]) -> OutboundClient:
    return OutboundClient(allow=parse_allow(allow))


def _start_anew() -> None:
    """A forked worker must share neither open connections nor a lock with its parent."""
    global _making
    _making = threading.Lock()
    _client.cache_clear()


os.register_at_fork(after_in_child=_start_anew)
