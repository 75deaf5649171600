"""Programs of an installation: kept alive, stopped in order, and never left behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.processes.launch import broker_answers, environment_for, start_broker
from config.processes.places import (
    SOCKET_LIMIT,
    Unusable,
    broker_socket,
    lock_state,
    note_holder,
    open_listener,
    prepare_socket,
)
from config.processes.programs import Program
from config.processes.supervisor import Supervisor, reason
from tests.processes import descendants, until

pytestmark = pytest.mark.processes
ROOT = Path(__file__).resolve().parents[2]
# Starts a program of its own, ignores the wish to end, and says who it is.
STUBBORN = """
import os, signal, subprocess, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
grandchild = subprocess.Popen(["sleep", "600"])
print(os.getpid(), grandchild.pid, flush=True)
time.sleep(600)
"""


class Lines(list):
    def __call__(self, name, line):
        self.append((name, line))

    def of(self, name):
        return [line for who, line in self if who == name]


@pytest.fixture
def lines():
    return Lines()


@pytest.fixture
def supervisor(lines):
    supervisor = Supervisor(environment=os.environ, say=lines)
    yield supervisor
    supervisor.stop()


def python(name, code, **more):
    return Program(name, (sys.executable, "-c", code), **more)


def lives(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie has ended; only its parent has not asked yet.
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


def gone(pids):
    return lambda: not any(lives(pid) for pid in pids)


def test_children_and_grandchildren_die_with_a_parent_killed_outright(tmp_path):
    code = (
        "import os, sys, time\n"
        "from config.processes.supervisor import Supervisor\n"
        "from config.processes.programs import Program\n"
        "said = lambda name, line: print(line, flush=True)\n"
        "supervisor = Supervisor(environment=os.environ, say=said)\n"
        f"supervisor.start(Program('one', (sys.executable, '-c', {STUBBORN!r})))\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with parent:
        below = [int(pid) for pid in parent.stdout.readline().split()]
        everybody = descendants(parent.pid)
        assert set(below) < set(everybody)
        parent.kill()
        parent.wait()
        until(gone(everybody), seconds=5, what="the children to end")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of a guard's death")
def test_program_dies_with_a_guard_killed_outright(supervisor, lines):
    child = supervisor.start(python("one", STUBBORN))
    until(lambda: lines.of("one"), what="its first line")
    program, grandchild = map(int, lines.of("one")[0].split())
    os.kill(child.pid, signal.SIGKILL)
    try:
        until(gone([program]), seconds=5, what="the program to end")
    finally:
        os.kill(grandchild, signal.SIGKILL)


def test_program_that_ends_by_itself_is_named_and_started_again(supervisor, lines):
    supervisor.start(python("worker", "print('here'); raise SystemExit(3)"))
    began = time.monotonic()
    assert supervisor.wait_for(lambda: lines.of("worker").count("here") == 3, seconds=20)
    assert time.monotonic() - began >= 1.5
    assert lines.of("up")[:2] == [
        "worker stopped (exit code 3); it starts again in 0.5 s",
        "worker stopped (exit code 3); it starts again in 1 s",
    ]


def test_program_killed_outright_takes_what_it_started_along_and_is_started_again(
    supervisor, lines
):
    supervisor.start(python("one", STUBBORN, grace=0.5))
    until(lambda: lines.of("one"), what="its first line")
    program, grandchild = map(int, lines.of("one")[0].split())
    os.kill(program, signal.SIGKILL)
    assert supervisor.wait_for(lambda: len(lines.of("one")) == 2, seconds=20)
    assert not lives(grandchild)
    assert lines.of("up") == ["one stopped (killed by SIGKILL); it starts again in 0.5 s"]


def test_program_that_will_not_end_is_killed_after_its_grace(supervisor, lines):
    supervisor.start(python("one", STUBBORN, grace=0.5))
    until(lambda: lines.of("one"), what="its first line")
    pids = [int(pid) for pid in lines.of("one")[0].split()]
    began = time.monotonic()
    supervisor.stop()
    assert 0.5 <= time.monotonic() - began < 3
    assert gone(pids)()


def test_broker_is_stopped_last(supervisor, lines):
    ends = (
        "import signal, sys, time\n"
        "def end(*_):\n    time.sleep({seconds}); print('ended', flush=True); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\nprint('here', flush=True)\ntime.sleep(600)\n"
    )
    supervisor.start(python("broker", ends.format(seconds=0)))
    supervisor.start(python("worker", ends.format(seconds=0.5)))
    until(lambda: len(lines) == 2, what="both to start")
    supervisor.stop()
    assert [name for name, line in lines if line == "ended"] == ["worker", "broker"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "exit code 0"),
        (1, "exit code 1"),
        (137, "killed by SIGKILL"),
        (-15, "killed by SIGTERM"),
    ],
)
def test_endings_are_worded(code, words):
    assert reason(code) == words


def test_taken_port_is_said_with_another_to_choose():
    with open_listener("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Unusable) as caught:
            open_listener("127.0.0.1", port)
    assert str(caught.value) == (
        f"Port {port} is taken by another program. "
        f"Choose another: python3 manage.py up --port {port + 1}"
    )


@pytest.mark.parametrize(
    ("host", "port", "words"),
    [
        ("127.0.0.1", 70000, "70000 is not a port"),
        ("nowhere.invalid", 8000, "does not know the host nowhere.invalid"),
    ],
)
def test_impossible_addresses_are_explained(host, port, words):
    with pytest.raises(Unusable, match=words):
        open_listener(host, port)


def test_second_start_in_a_folder_is_refused_in_one_sentence(tmp_path):
    with lock_state(tmp_path) as lock:
        note_holder(lock, url="http://127.0.0.1:8000")
        with pytest.raises(Unusable) as caught:
            lock_state(tmp_path)
    assert str(caught.value) == (
        f"Clearance already runs from {tmp_path}, at http://127.0.0.1:8000 "
        f"(process {os.getpid()}). Stop it there with Ctrl-C first."
    )
    lock_state(tmp_path).close()


def test_lock_of_a_start_killed_outright_is_free_once_its_children_ended(tmp_path):
    code = (
        "import os, sys, time\nfrom pathlib import Path\n"
        "from config.processes.places import lock_state\n"
        "from config.processes.supervisor import Supervisor\n"
        "from config.processes.programs import Program\n"
        f"lock = lock_state(Path({str(tmp_path)!r}))\n"
        "said = lambda name, line: print(line, flush=True)\n"
        "one = Supervisor(environment=os.environ, say=said, shared=(lock.fileno(),))\n"
        f"one.start(Program('one', (sys.executable, '-c', {STUBBORN!r})))\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with parent:
        below = [int(pid) for pid in parent.stdout.readline().split()]
        parent.kill()
        parent.wait()
        with lock_state(tmp_path):
            assert gone(below)()


def test_long_state_folders_get_a_socket_elsewhere(tmp_path):
    deep = tmp_path / ("d" * SOCKET_LIMIT)
    assert broker_socket(tmp_path) == tmp_path / "broker.sock"
    assert broker_socket(deep) == broker_socket(deep) != broker_socket(deep / "other")
    assert len(os.fsencode(broker_socket(deep))) <= SOCKET_LIMIT
    with pytest.raises(Unusable, match="CLEARANCE_BROKER_SOCKET"):
        prepare_socket(deep / "broker.sock")


def test_socket_folder_of_somebody_else_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 4242)
    with pytest.raises(Unusable, match="belongs to somebody else"):
        prepare_socket(tmp_path / "broker.sock")


def test_broker_starts_over_a_stale_socket_and_keeps_messages_through_a_kill(tmp_path):
    path, folder = tmp_path / "b.sock", tmp_path / "broker"
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(str(path))
    stale.close()
    supervisor = Supervisor(environment=os.environ, say=Lines())
    try:
        start_broker(supervisor, path=path, folder=folder)
        assert ask(path, "LPUSH", "waiting", "a message") == b":1\r\n"
        child = supervisor.children["broker"]
        for pid in descendants(child.pid)[:-1]:
            os.kill(pid, signal.SIGKILL)
        assert supervisor.wait_for(lambda: child.failures and broker_answers(path), seconds=10)
        assert ask(path, "LLEN", "waiting") == b":1\r\n"
        assert path.stat().st_mode & 0o777 == 0o700
    finally:
        supervisor.stop()


def test_broker_that_cannot_read_its_files_starts_empty_and_keeps_them(tmp_path):
    folder = tmp_path / "broker"
    (folder / "appendonlydir").mkdir(parents=True)
    (folder / "appendonlydir" / "appendonly.aof.manifest").write_text("not a manifest\n")
    supervisor = Supervisor(environment=os.environ, say=Lines())
    try:
        start_broker(supervisor, path=tmp_path / "b.sock", folder=folder)
        assert ask(tmp_path / "b.sock", "DBSIZE") == b":0\r\n"
    finally:
        supervisor.stop()
    (kept,) = tmp_path.glob("broker-unreadable-*")
    assert (kept / "appendonlydir" / "appendonly.aof.manifest").exists()


def test_programs_know_the_address_unless_somebody_named_one(tmp_path):
    def address(variables):
        found = environment_for(variables, url="http://127.0.0.1:9000", broker_socket=tmp_path)
        return found["CLEARANCE_BASE_URL"]

    assert address({}) == "http://127.0.0.1:9000"
    assert address({"CLEARANCE_BASE_URL": "https://c.example"}) == "https://c.example"


def ask(path, *words):
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(5)
        line.connect(str(path))
        line.sendall((" ".join(f'"{word}"' for word in words) + "\r\n").encode())
        return line.recv(100)
