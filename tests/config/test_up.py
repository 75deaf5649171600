"""`manage.py up` itself: starts everything, says where, stops everything."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.processes import descendants, until

pytestmark = pytest.mark.processes
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def up(tmp_path):
    """Starts `manage.py up` in a state folder of the test, on a free port."""
    started = []
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "REDIS_URL"} and not name.startswith("CLEARANCE_")
    } | {"CLEARANCE_STATE_DIR": str(tmp_path)}

    def start(*options):
        log = tmp_path / f"{len(started)}.log"
        with log.open("w") as output:
            each = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--port=0", *options],
                cwd=ROOT,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        started.append(each)
        return each, log

    yield start
    for each in started:
        if each.poll() is None:
            each.kill()
        each.wait()


def address(log):
    found = re.search(r"runs at (http://\S+)", log.read_text())
    return found[1] if found else None


def test_up_starts_everything_once_and_ctrl_c_stops_everything(up):
    first, log = up("--no-demo")
    url = until(lambda: address(log), seconds=60, what="the address")
    # The greeting comes line by line, and the database is asked between them.
    until(lambda: "createsuperuser" in log.read_text(), seconds=30, what="how to sign in")
    with urllib.request.urlopen(f"{url}/accounts/login/") as page:
        assert page.status == 200
    everybody = descendants(first.pid)
    assert len(everybody) >= 9  # A guard and a program each, and what these started.

    second, refusal = up("--no-demo")
    assert second.wait(30) == 1
    assert refusal.read_text().splitlines()[-1] == (
        f"Clearance already runs from {log.parent}, at {url} "
        f"(process {first.pid}). Stop it there with Ctrl-C first."
    )

    first.send_signal(signal.SIGINT)
    assert first.wait(30) == 0
    assert log.read_text().endswith("Stopped. Nothing is lost: the next start goes on from here.\n")
    running = subprocess.run(["ps", "-A", "-o", "pid="], capture_output=True, text=True, check=True)
    assert not set(everybody) & {int(pid) for pid in running.stdout.split()}


def test_check_walks_the_straight_path_and_touches_no_installation(tmp_path):
    environment = {**os.environ, "CLEARANCE_STATE_DIR": str(tmp_path / "never")}
    done = subprocess.run(
        [sys.executable, "manage.py", "up", "--check"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "accepted 25 = decided 25 = settled 25 = delivered 25" in done.stdout
    assert not (tmp_path / "never").exists()


@pytest.mark.parametrize("command", [["up"], ["up", "--check"]])
@pytest.mark.parametrize("port", ["70000", "-1", "http", "8000.5"])
def test_port_that_is_none_is_refused_with_the_choice(command, port):
    done = subprocess.run(
        [sys.executable, "manage.py", *command, f"--port={port}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    assert f"{port} is not a port. Choose one from 1 to 65535, or 0 for a free one." in done.stderr


def test_check_listens_on_the_port_it_is_given():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "manage.py", "up", "--check", "--port", str(port)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 1
    assert done.stdout.startswith(f"Port {port} is taken by another program.")
