"""The outside world of the check, on loopback: podcast feeds, and a receiver of webhooks."""

import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from django.utils import timezone

from connectors import signing
from connectors.errors import SignatureRefused

Answer = tuple[int, bytes]


class LoopbackServer(ABC, ThreadingHTTPServer):
    """A server that answers with one function, for as long as it is entered."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _handler_of(self.reply))

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    @abstractmethod
    def reply(self, path: str, headers: dict[str, str], content: bytes) -> Answer:
        """Answer one request."""

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class FeedServer(LoopbackServer):
    """Serves feeds under the names they were given."""

    def __init__(self) -> None:
        super().__init__()
        self._feeds: dict[str, bytes] = {}

    def add(self, name: str, content: bytes) -> str:
        """Serve `content` and return its address."""
        self._feeds[f"/{name}"] = content
        return f"http://{self.place}/{name}"

    def reply(self, path: str, headers: dict[str, str], content: bytes) -> Answer:
        found = self._feeds.get(path)
        return (200, found) if found is not None else (404, b"no such feed")


@dataclass
class Hook:
    """One webhook message, by its id; `tries` counts how often it came."""

    body: dict[str, Any]
    tries: int = 0
    problem: str = ""


@dataclass
class Hooks:
    """Everything a receiver was sent."""

    messages: dict[str, Hook] = field(default_factory=dict)

    def taken(self) -> list[Hook]:
        return [hook for hook in self.messages.values() if not hook.problem]


class HookReceiver(LoopbackServer):
    """Checks the signature of every message; the very first try finds it busy, as life does."""

    def __init__(self) -> None:
        super().__init__()
        self.secret = ""
        self.received = Hooks()
        self.turned_away = 0
        self._lock = threading.Lock()

    def reply(self, path: str, headers: dict[str, str], content: bytes) -> Answer:
        with self._lock:
            if not self.turned_away:
                self.turned_away = 1
                return 503, b"busy"
            name = headers.get("webhook-id", "")
            hook = self.received.messages.setdefault(name, Hook(json.loads(content)))
            hook.tries += 1
            try:
                signing.verify(content, headers, keys=[self.secret], now=timezone.now())
            except SignatureRefused as error:
                hook.problem = str(error)
                return 400, hook.problem.encode()
            return 200, b"taken"


def _handler_of(
    reply: Callable[[str, dict[str, str], bytes], Answer],
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            code, body = reply(self.path, headers, self.rfile.read(length))
            self.send_response(code)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """The table at the end says what happened."""

    return Handler
