"""Where an installation keeps its lock and its broker, and who may use them."""

import argparse
import errno
import fcntl
import hashlib
import json
import os
import socket
import stat
import tempfile
import time
from pathlib import Path
from typing import IO

SOCKET_LIMIT = 103  # Bytes of a socket path: 107 on Linux, 103 on macOS.
LEFTOVERS_SECONDS = 5.0
LAST_PORT = 65535


class Unusable(Exception):
    """A place cannot be used; the text says which, why, and what to do."""


def broker_socket(state: Path) -> Path:
    """The socket of the embedded broker: in the state folder, or elsewhere if its path is long."""
    path = state / "broker.sock"
    if len(os.fsencode(path)) <= SOCKET_LIMIT:
        return path
    mark = hashlib.sha256(os.fsencode(state)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"clearance-{os.getuid()}-{mark}" / "broker.sock"


def prepare_socket(path: Path) -> None:
    """Have the folder of a socket, open to this user only, and no stale socket in it."""
    if len(os.fsencode(path)) > SOCKET_LIMIT:
        raise Unusable(
            f"The path of the broker's socket is too long: {path}. "
            f"Set CLEARANCE_BROKER_SOCKET to one of at most {SOCKET_LIMIT} characters."
        )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.parent.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise Unusable(
            f"The folder {path.parent} belongs to somebody else. "
            "Set CLEARANCE_BROKER_SOCKET to a path in a folder of your own."
        )
    path.unlink(missing_ok=True)


def port_number(text: str) -> int:
    """Read a port of the command line: 1 to 65535, or 0 for a free one."""
    if not (text.isascii() and text.isdigit() and int(text) <= LAST_PORT):
        raise argparse.ArgumentTypeError(
            f"{text} is not a port. Choose one from 1 to {LAST_PORT}, or 0 for a free one."
        )
    return int(text)


def open_listener(host: str, port: int) -> socket.socket:
    """Open the port that people use; 0 takes a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise Unusable(_why_no_port(host, port, error)) from error
    except OverflowError as error:
        listener.close()
        raise Unusable(f"{port} is not a port. Choose one from 1 to {LAST_PORT}.") from error
    return listener


def _why_no_port(host: str, port: int, error: OSError) -> str:
    free = port + 1 if 1024 <= port < LAST_PORT else 8000
    another = f"Choose another: python3 manage.py up --port {free}"
    if isinstance(error, PermissionError):
        return f"Port {port} is for the system's own programs. {another}"
    if isinstance(error, socket.gaierror):
        return f"This machine does not know the host {host}. Leave --host out, or give an address."
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program. {another}"
    return f"Port {port} of {host} cannot be opened: {error.strerror}. {another}"


def lock_state(state: Path) -> IO[str]:
    """Let one `up` run from a state folder; keep the answer open for as long as it does.

    The kernel frees the lock with the last process that holds it, so nothing stale is left.
    """
    try:
        state.mkdir(parents=True, exist_ok=True)
        file = (state / "up.lock").open("a+")
    except OSError as error:
        raise Unusable(
            f"The folder {state} cannot be written ({error.strerror}). "
            "Give yourself the right to write there, or set CLEARANCE_STATE_DIR to another."
        ) from error
    patience = time.monotonic() + LEFTOVERS_SECONDS
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            holder = _holder(file)
            # After a kill -9 the children need a moment to notice.
            if time.monotonic() < patience and not _lives(holder.get("pid")):
                time.sleep(0.1)
                continue
            file.close()
            raise Unusable(
                f"Clearance already runs from {state}, at {holder.get('url', 'some address')} "
                f"(process {holder.get('pid', 'unknown')}). Stop it there with Ctrl-C first."
            ) from None
    note_holder(file, url="an address not open yet")
    return file


def note_holder(lock: IO[str], *, url: str) -> None:
    """Leave word in the lock of who holds it, for the one who finds it taken."""
    lock.seek(0)
    lock.truncate()
    json.dump({"pid": os.getpid(), "url": url}, lock)
    lock.flush()


def _holder(file: IO[str]) -> dict[str, object]:
    file.seek(0)
    try:
        found = json.load(file)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _lives(pid: object) -> bool:
    if not isinstance(pid, int):
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
