"""Prism servers on loopback, made from the published descriptions of outside parties.

The descriptions are read where they are, beside the checkout; a test that needs one is skipped
where it is absent. The packages are installed once, from the lock beside, where npm is there.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

MOCKS = Path(__file__).parent / "mocks"
SHARED = Path(
    os.environ.get("CLEARANCE_SHARED") or Path(__file__).resolve().parents[2].parent / "shared"
)
PRISM = MOCKS / "node_modules" / ".bin" / "prism"
OAUTH = MOCKS / "node_modules" / "oauth2-mock-server"


def spec(name: str) -> Path:
    """A published description; skips the test where it is not beside the checkout."""
    path = SHARED / "spotify" / "spec" / name
    if not path.exists():
        pytest.skip(f"{name} is not there: the folder of shared sources is absent")
    return path


def install() -> None:
    """Install the servers; skips the test where npm is missing."""
    if PRISM.exists() and OAUTH.exists():
        return
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed, and Prism comes from it")
    done = subprocess.run(
        [npm, "ci", "--no-audit", "--no-fund"],
        cwd=MOCKS,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"npm could not install the mock servers: {done.stderr.strip()[-200:]}")


@contextlib.contextmanager
def prism(description: Path, *options: str) -> Iterator[str]:
    """A running Prism; gives its address. It checks every call and answers with examples."""
    install()
    port = free_port()
    command = [str(PRISM), "mock", "-h", "127.0.0.1", "-p", str(port), *options, str(description)]
    with running(command, f"http://127.0.0.1:{port}/"):
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def oauth_server(*scopes: str) -> Iterator[str]:
    """A running OAuth server that gives `scopes`; tokens at /token, consent at /authorize."""
    install()
    port = free_port()
    command = [shutil.which("node") or "node", str(MOCKS / "oauth.mjs"), str(port), *scopes]
    address = f"http://127.0.0.1:{port}"
    with running(command, f"{address}/.well-known/openid-configuration"):
        yield address


@contextlib.contextmanager
def running(command: list[str], address: str) -> Iterator[None]:
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(server, address)
        yield
    finally:
        server.terminate()
        server.wait(20)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _wait_for(server: subprocess.Popen[bytes], address: str) -> None:
    for _ in range(600):
        if server.poll() is not None:
            raise RuntimeError(f"{server.args!r} ended with {server.returncode}")
        with contextlib.suppress(OSError):
            try:
                urllib.request.urlopen(address, timeout=2).close()
            except urllib.error.HTTPError as answer:
                answer.close()
            return
        time.sleep(0.1)
    raise RuntimeError(f"{server.args!r} does not answer")
