"""Sends requests over kept-alive connections as fast as they are answered, and counts them."""

import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field


@dataclass
class Count:
    """What one round found; times in seconds."""

    seconds: float = 0.0
    answers: int = 0
    refused: int = 0
    times: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return self.answers / self.seconds

    def slowest_of(self, share: float) -> float:
        """The time that `share` of the answers stayed below."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def load(
    address: tuple[str, int],
    request: Callable[[int], bytes],
    *,
    seconds: float,
    connections: int,
    first: int,
) -> Count:
    """Send `request(n)` for n from `first` on; one answer is awaited on each connection."""
    count, lock = Count(), threading.Lock()
    numbers = iter(range(first, first + 10**9))
    began = time.perf_counter()
    end = began + seconds

    def one_connection() -> None:
        times, refused = [], 0
        with socket.create_connection(address) as line:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while (asked := time.perf_counter()) < end:
                with lock:
                    number = next(numbers)
                line.sendall(request(number))
                refused += not read_answer(line).startswith(b"HTTP/1.1 201")
                times.append(time.perf_counter() - asked)
        with lock:
            count.times += times
            count.answers += len(times)
            count.refused += refused

    with ThreadPoolExecutor(connections) as threads:
        for future in [threads.submit(one_connection) for _ in range(connections)]:
            future.result()
    count.seconds = time.perf_counter() - began
    return count


def read_answer(line: socket.socket) -> bytes:
    """Read one answer that has a Content-Length."""
    got = b""
    while b"\r\n\r\n" not in got:
        got += _more(line)
    head, _, body = got.partition(b"\r\n\r\n")
    length = next(
        int(row.split(b":")[1])
        for row in head.split(b"\r\n")
        if row.lower().startswith(b"content-length:")
    )
    while len(body) < length:
        body += _more(line)
    return got


def _more(line: socket.socket) -> bytes:
    if not (got := line.recv(65536)):
        raise ConnectionError("The server hung up in the middle of an answer.")
    return got


def post(path: str, host: str, body: bytes, *, headers: str = "") -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n{headers}\r\n"
    )
    return head.encode() + body
