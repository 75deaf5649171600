"""Starts the programs of an installation in their order, each when what it needs answers."""

import http.client
import os
import socket
from collections.abc import Mapping
from pathlib import Path

from config.processes import programs
from config.processes.places import Unusable, prepare_socket
from config.processes.supervisor import Supervisor

BROKER_SECONDS = 15.0
WEB_SECONDS = 60.0


def environment_for(
    variables: Mapping[str, str], *, url: str, broker_socket: Path
) -> dict[str, str]:
    """The environment of the programs: the address people type and the broker's socket added."""
    return {
        "CLEARANCE_BASE_URL": url,
        **variables,
        "CLEARANCE_BROKER_SOCKET": str(broker_socket),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


def start_broker(supervisor: Supervisor, *, path: Path, folder: Path) -> None:
    """Start the embedded broker and wait until it answers.

    What it holds can always be sent again from the audit log, so a folder it cannot read is put
    aside, not mended.
    """
    prepare_socket(path)
    folder.mkdir(parents=True, exist_ok=True)
    child = supervisor.start(programs.broker(socket=path, folder=folder))
    if supervisor.wait_for(
        lambda: broker_answers(path) or child.failures > 1, seconds=BROKER_SECONDS
    ):
        if not child.failures:
            return
        folder.rename(folder.with_name(f"{folder.name}-unreadable-{os.getpid()}"))
        folder.mkdir()
        if supervisor.wait_for(lambda: broker_answers(path), seconds=BROKER_SECONDS):
            return
    if not supervisor.asked_to_stop:
        raise Unusable(f"The broker does not start. The file {folder / 'broker.log'} says why.")


def start_programs(
    supervisor: Supervisor, listener: socket.socket, *, host: str = "127.0.0.1"
) -> None:
    """Start web, worker and timetable, and wait until the web server answers for `host`."""
    supervisor.start(programs.web(listener.fileno()))
    supervisor.start(programs.worker())
    supervisor.start(programs.timetable())
    address = listener.getsockname()[:2]
    answers = supervisor.wait_for(lambda: web_answers(address, host=host), seconds=WEB_SECONDS)
    if not answers and not supervisor.asked_to_stop:
        raise Unusable("The web server does not answer; its lines above say why.")


def broker_answers(path: Path) -> bool:
    """Whether the broker is there and done with reading its files."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(1)
            line.connect(str(path))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def web_answers(address: tuple[str, int], *, host: str = "127.0.0.1") -> bool:
    """Whether the web server shows its sign-in page, or says where else it is."""
    line = http.client.HTTPConnection(reachable(address[0]), address[1], timeout=5)
    try:
        line.request("GET", "/accounts/login/", headers={"Host": host.lstrip(".")})
        return line.getresponse().status < 400
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def reachable(host: str) -> str:
    """The address to call for a server that listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
