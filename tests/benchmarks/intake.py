"""Intake, decision and log per second over HTTP, beside a bare Django view that writes one row.

`python -m tests.benchmarks.intake [--seconds 3] [--rounds 4] [--connections 16]`. All servers run
at the same time and are asked in turn, so that whatever slows the machine slows all of them.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from config.processes import programs
from config.processes.launch import environment_for, start_broker, web_answers
from config.processes.places import broker_socket, open_listener
from config.processes.programs import Program
from config.processes.supervisor import Supervisor
from config.suite.servers import postgresql
from config.suite.steps import test_environment
from tests.benchmarks.load import Count, load, post

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Site:
    """One server under load."""

    home: str
    kind: str
    address: tuple[str, int]
    request: Callable[[int], bytes]


def main() -> None:
    arguments = parsed()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clearance-bench-")))
        server = stack.enter_context(postgresql(os.environ))
        homes = {"SQLite": ""}
        if server.url:
            homes[f"PostgreSQL ({server.note})"] = server.url
        else:
            print(f"Skipped PostgreSQL: {server.note}.")
        sites = [
            site
            for number, (home, url) in enumerate(homes.items())
            for site in start(stack, folder / str(number), home, url)
        ]
        counts: dict[tuple[str, str], list[Count]] = {}
        for number in range(arguments.rounds + 1):
            for place, site in enumerate(sites):
                count = load(
                    site.address,
                    site.request,
                    seconds=arguments.seconds,
                    connections=arguments.connections,
                    first=(number * len(sites) + place) * 10**6,
                )
                if number:  # The first round warms up.
                    counts.setdefault((site.home, site.kind), []).append(count)
        print_table(counts)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3.0, help="length of one round")
    parser.add_argument("--rounds", type=int, default=4, help="rounds that count")
    parser.add_argument("--connections", type=int, default=16)
    return parser.parse_args()


def start(stack: ExitStack, state: Path, home: str, url: str) -> list[Site]:
    """Start the bare view and Clearance on one database server."""
    state.mkdir()
    variables = test_environment(os.environ, state=state)
    if url:
        variables["DATABASE_URL"] = stack.enter_context(database(url, "clearance"))
        variables["BARE_DATABASE_URL"] = stack.enter_context(database(url, "bare"))
    else:
        variables["BARE_DATABASE_FILE"] = str(state / "bare.sqlite3")
    variables |= {"CLEARANCE_LOG_LEVEL": "ERROR", "PYTHONPATH": str(ROOT)}
    socket = broker_socket(state)
    environment = environment_for(variables, url="http://127.0.0.1", broker_socket=socket)
    run("tests.benchmarks.bare", environment)
    # Many keys, because each may make only so many calls a minute.
    keys = run("tests.benchmarks.rules", environment).split()
    supervisor = Supervisor(environment=environment, say=complain)
    stack.callback(supervisor.stop)
    start_broker(supervisor, path=socket, folder=state / "broker")
    listeners = [stack.enter_context(open_listener("127.0.0.1", 0)) for _ in range(2)]
    bare, clearance = (listener.getsockname() for listener in listeners)
    supervisor.start(bare_program(listeners[0].fileno()))
    supervisor.start(programs.web(listeners[1].fileno()))
    supervisor.wait_for(lambda: web_answers(clearance), seconds=30)

    def submission(number: int) -> bytes:
        facts = {"id": f"REQ-{number}", "amount": number % 500, "country": "GB"}
        body = json.dumps({"model": "spending", "facts": facts}).encode()
        headers = f"Authorization: Bearer {keys[number % len(keys)]}\r\nPrefer: wait=5\r\n"
        return post("/api/v1/submissions", "127.0.0.1", body, headers=headers)

    def row(number: int) -> bytes:
        body = json.dumps({"id": f"REQ-{number}", "amount": number % 500, "country": "GB"})
        return post("/rows", "127.0.0.1", body.encode())

    return [Site(home, "bare view", bare, row), Site(home, "Clearance", clearance, submission)]


def bare_program(listener: int) -> Program:
    """The same server with the same size, on another application."""
    like = programs.web(listener)
    command = [
        "tests.benchmarks.bare:application" if word == "config.wsgi:application" else word
        for word in like.command
    ]
    return Program("bare", tuple(command), keep=like.keep)


@contextmanager
def database(url: str, suffix: str) -> Iterator[str]:
    """A database that exists for as long as it is needed; gives its URL."""
    parts = urlsplit(url)
    name = f"{parts.path[1:]}_{suffix}"
    server = parts._replace(path="/postgres").geturl()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield parts._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            connection.execute(drop)


def run(module: str, environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout.strip()


def complain(name: str, line: str) -> None:
    print(f"{name}: {line}", file=sys.stderr)


def print_table(counts: dict[tuple[str, str], list[Count]]) -> None:
    print(f"{'':<42}{'per second':>12}{'median ms':>12}{'99 % ms':>10}{'refused':>9}")
    rates = {}
    for (home, kind), rounds in counts.items():
        rates[home, kind] = rate = statistics.median(count.per_second for count in rounds)
        half, most = (
            statistics.median(count.slowest_of(share) for count in rounds) * 1000
            for share in (0.5, 0.99)
        )
        refused = sum(count.refused for count in rounds)
        print(f"{home + ', ' + kind:<42}{rate:>12,.0f}{half:>12.1f}{most:>10.1f}{refused:>9}")
    for home in dict.fromkeys(home for home, _ in rates):
        ratio = rates[home, "Clearance"] / rates[home, "bare view"]
        print(f"{home}: intake + decision + log runs at {ratio:.2f} of the bare view.")


if __name__ == "__main__":
    main()
