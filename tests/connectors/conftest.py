"""Receivers on loopback stand for the outside world; messages are kept and handed over by tests."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from connectors.addresses import parse_allow
from connectors.http import OutboundClient


class Receiver(ThreadingHTTPServer):
    """Records what it is sent and answers as the test says."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Requests)
        self.requests: list[dict[str, Any]] = []
        self.answers: list[tuple[int, dict[str, str], bytes]] = []

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def url(self, path: str = "/") -> str:
        return f"http://{self.place}{path}"

    def answer(self, code: int, body: bytes = b"", **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers.append((code, named, body))


class _Requests(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Receiver

    def do_GET(self) -> None:
        content = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        server = self.server
        server.requests.append(
            {
                "method": self.command,
                "path": self.path,
                "headers": headers,
                "content": content,
                "from": self.client_address,
            }
        )
        # The last answer stays in force.
        code, named, body = (
            server.answers.pop(0)
            if len(server.answers) > 1
            else (server.answers[0] if server.answers else (200, {}, b"taken"))
        )
        self.send_response(code)
        for name, value in named.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0" if code == 304 else str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.do_GET()

    def do_PUT(self) -> None:
        self.do_GET()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def outbound() -> Iterator[OutboundClient]:
    """A client that may call loopback."""
    client = OutboundClient(allow=parse_allow(["127.0.0.0/8"]))
    yield client
    client.close()


@pytest.fixture
def raw_server() -> Iterator[Callable[[Callable[[socket.socket], None]], str]]:
    """Starts a server that speaks whatever the given function writes; returns its place."""
    opened: list[socket.socket] = []

    def start(speak: Callable[[socket.socket], None]) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        opened.append(listener)

        def converse(connection: socket.socket) -> None:
            with connection, contextlib.suppress(OSError):
                speak(connection)

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    threading.Thread(target=converse, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        return f"127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for listener in opened:
        listener.close()


@pytest.fixture(autouse=True)
def no_broker(messages):
    """Every test of connectors hands messages over by itself."""


@pytest.fixture
def loopback_allowed(settings):
    settings.OUTBOUND_ALLOW = ["127.0.0.0/8"]
