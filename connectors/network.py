"""The connection layer of the outbound client: checked addresses only, and one time limit."""

import ssl
import time
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import httpcore

from connectors.addresses import Address

CONNECT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Call:
    """What the connection layer may know of the call in hand: where to, and until when."""

    addresses: tuple[Address, ...]
    deadline: float

    def seconds_left(self, most: float | None = None) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time limit of the whole call is over")
        return left if most is None else min(left, most)


call_in_hand: ContextVar[Call] = ContextVar("outbound_call")


class _Stream(httpcore.NetworkStream):
    """A connection whose every step ends with the call it serves."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, call_in_hand.get().seconds_left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, call_in_hand.get().seconds_left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        seconds = call_in_hand.get().seconds_left(timeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, seconds))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class CheckedBackend(httpcore.NetworkBackend):
    """Connects to the addresses that were checked and never looks a name up again."""

    def __init__(self) -> None:
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        call = call_in_hand.get()
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in call.addresses:
            try:
                seconds = call.seconds_left(CONNECT_SECONDS)
                return _Stream(self._inner.connect_tcp(str(address), port, timeout=seconds))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure
