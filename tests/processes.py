"""Fixtures that start real processes beside the test: broker, worker, web, timetable."""

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import kombu.pools
import pytest
from django.conf import settings
from django.db import connection

from config.celery import app
from config.processes import programs
from config.processes.launch import environment_for, start_broker, start_programs
from config.processes.places import broker_socket, open_listener
from config.processes.supervisor import Child, Supervisor

WORKER_SECONDS = 60.0


@dataclass
class Processes:
    """The processes of one test, on the database of the test."""

    supervisor: Supervisor
    lines: list[str]
    state: Path
    socket: Path
    url: str = ""

    def start_broker(self) -> None:
        """Start the broker, after a loss with nothing of what it held."""
        folder = self.state / f"broker-{len(list(self.state.iterdir()))}"
        start_broker(self.supervisor, path=self.socket, folder=folder)

    def start_worker(self) -> Child:
        """Start a worker and wait until it takes tasks."""
        child = self.supervisor.start(programs.worker(at_once=2))
        self.wait(worker_answers, what="the worker", seconds=WORKER_SECONDS)
        return child

    def wait(self, condition, *, what, seconds=30.0):
        """Wait until `condition` holds, starting again what ends by itself, as `up` does."""
        if not self.supervisor.wait_for(condition, seconds=seconds):
            said = "\n".join(self.lines[-40:])
            pytest.fail(f"Waited {seconds:g} s in vain for {what}.\n{said}")

    def kill(self, name: str) -> None:
        """End a program and all it started as the kernel would: at once, without a word."""
        child = self.supervisor.children.pop(name)
        group = next(pid for pid, parent in processes_now() if parent == child.pid)
        os.killpg(group, signal.SIGKILL)
        child.end(5)


def until(condition, *, seconds=30.0, what="this"):
    """Wait until `condition` gives something true, and return it."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            pytest.fail(f"Waited {seconds:g} s in vain for {what}.")
        time.sleep(0.05)
    return found


def descendants(pid):
    """A process and everything it started, itself last."""
    below = [child for child, parent in processes_now() if parent == pid]
    return [each for child in below for each in descendants(child)] + [pid]


def processes_now():
    """Every process of this machine with its parent."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    ).stdout
    return [tuple(map(int, line.split())) for line in listed.splitlines()]


def worker_answers():
    # A worker with much to do on a busy machine takes its time; the first answer is enough.
    return app.control.ping(timeout=5, limit=1)


def home_of(state, socket):
    """The environment of programs that work on the test database and its broker."""
    database = connection.settings_dict["NAME"]
    variables = {
        **os.environ,
        "CLEARANCE_STATE_DIR": str(state),
        "CLEARANCE_MODE": "local",
        "CLEARANCE_SECRET_KEY": settings.SECRET_KEY,
        "CLEARANCE_ENCRYPTION_KEYS": ",".join(settings.SECRET_ENCRYPTION_KEYS),
        "CLEARANCE_OUTBOUND_ALLOW": "127.0.0.0/8",
    }
    if connection.vendor == "sqlite":
        # SQLite follows the link, so both sides share one file and one write-ahead log.
        (state / "clearance.sqlite3").symlink_to(database)
    else:
        place, _, options = os.environ["DATABASE_URL"].partition("?")
        url = f"{place.rpartition('/')[0]}/{database}"
        variables["DATABASE_URL"] = f"{url}?{options}" if options else url
    return environment_for(variables, url="http://127.0.0.1", broker_socket=socket)


@pytest.fixture
def broker(transactional_db, tmp_path):
    """A broker that this test and its programs alone talk to, and room for more programs."""
    lines = []
    socket = broker_socket(tmp_path)
    supervisor = Supervisor(
        environment=home_of(tmp_path, socket),
        say=lambda name, line: lines.append(f"{name}: {line}"),
    )
    processes = Processes(supervisor, lines, state=tmp_path, socket=socket)
    try:
        if settings.CELERY_BROKER_URL.startswith("redis+socket:"):
            speak_to(f"redis+socket://{socket}")
            processes.start_broker()
        yield processes
    finally:
        for child in supervisor.children.values():
            child.end(0)  # Peace takes seconds, and nothing here is needed any more.
        empty_broker()
        speak_to(settings.CELERY_BROKER_URL)


@pytest.fixture
def worker(broker):
    """A real worker on the test database."""
    broker.start_worker()
    return broker


@pytest.fixture
def live_stack(broker):
    """Web, worker and timetable on the test database; `url` is where pages are."""
    with open_listener("127.0.0.1", 0) as listener:
        broker.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        start_programs(broker.supervisor, listener)
        broker.wait(worker_answers, what="the worker", seconds=WORKER_SECONDS)
        yield broker


def speak_to(url):
    """Let this process send its messages to another broker, over fresh connections."""
    app.conf.broker_url = url
    kombu.pools.reset()
    app._pool = app.amqp._producer_pool = None


def empty_broker():
    """Leave nothing in a Redis that outlives the test."""
    if settings.CELERY_BROKER_URL.startswith("redis:"):
        with app.connection_for_write() as line:
            line.default_channel.client.delete("celery", "unacked", "unacked_index")
