"""Runs the checks and the tests in their order and sums them up."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from config.suite.servers import postgresql, redis_server

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
PYTEST = (sys.executable, "-m", "pytest", "-q", "--numprocesses=2", "--dist=loadfile")
# What PostgreSQL and Redis may answer differently.
ON_SERVERS = "(django_db or postgresql) and not browser"
NOTHING_COLLECTED = 5


@dataclass(frozen=True)
class Result:
    name: str
    passed: bool
    seconds: float
    printed: str = ""


def main(arguments: Sequence[str]) -> int:
    """Run everything; with arguments only pytest with them. Return the exit code."""
    with tempfile.TemporaryDirectory(prefix="clearance-test-") as folder:
        environment = test_environment(os.environ, state=Path(folder) / "embedded")
        if arguments:
            command = [sys.executable, "-m", "pytest", *arguments]
            return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
        results = static_checks(environment)
        for result in results:
            if not result.passed:
                print(f"\n--- {result.name} ---\n{result.printed}", flush=True)
        results.append(tests("tests on SQLite and the embedded broker", PYTEST, environment))
        results += tests_on_servers(environment, state=Path(folder) / "servers")
    print()
    for result in results:
        print(f"{'passed' if result.passed else 'FAILED'}  {result.seconds:6.1f} s  {result.name}")
    return 0 if all(result.passed for result in results) else 1


def test_environment(variables: Mapping[str, str], *, state: Path) -> dict[str, str]:
    """Our environment without any installation in it: tests have a state folder of their own."""
    kept = {
        name: value
        for name, value in variables.items()
        if name not in {"DATABASE_URL", "REDIS_URL"}
        and (not name.startswith("CLEARANCE_") or name == "CLEARANCE_SHARED")
    }
    return {**kept, "CLEARANCE_STATE_DIR": str(state), "CLEARANCE_MODE": "local"}


def static_checks(environment: Mapping[str, str]) -> list[Result]:
    """Everything that reads the code without running it, two at a time."""
    commands = {
        "types (mypy)": [BIN / "mypy"],
        "lint (ruff check)": [BIN / "ruff", "check", "."],
        "format (ruff format)": [BIN / "ruff", "format", "--check", "."],
        "imports (import-linter)": [BIN / "lint-imports"],
        "migrations match the models": [
            *(sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run"),
            "--settings=config.settings",
        ],
    }
    with ThreadPoolExecutor(2) as threads:
        return list(
            threads.map(lambda item: captured(item[0], item[1], environment), commands.items())
        )


def captured(name: str, command: Sequence[str | Path], environment: Mapping[str, str]) -> Result:
    started = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**environment, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Result(name, done.returncode == 0, time.monotonic() - started, done.stdout)


def tests(name: str, command: Sequence[str], environment: Mapping[str, str]) -> Result:
    """Run pytest in sight of the reader."""
    print(f"\n--- {name} ---", flush=True)
    started = time.monotonic()
    code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    return Result(name, code in {0, NOTHING_COLLECTED}, time.monotonic() - started)


def tests_on_servers(environment: Mapping[str, str], *, state: Path) -> list[Result]:
    """Run what touches database or broker once more on PostgreSQL and Redis, where found."""
    with postgresql(os.environ) as database, redis_server(os.environ) as broker:
        for name, found in (("PostgreSQL", database), ("Redis", broker)):
            if not found.url:
                print(f"\nSkipped: the tests on {name}: {found.note}.")
        if not database.url:
            return []
        home = {**environment, "CLEARANCE_STATE_DIR": str(state), "DATABASE_URL": database.url}
        if broker.url:
            home["REDIS_URL"] = broker.url
        name = f"tests on PostgreSQL ({database.note})"
        name += f" and Redis ({broker.note})" if broker.url else " and the embedded broker"
        return [tests(name, [*PYTEST, "-m", ON_SERVERS], home)]
