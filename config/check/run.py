"""Walks the straight path once: in, decided, judged by a person, sent out, on the log."""

import socket
import time
from collections import deque
from collections.abc import Callable
from os import environ
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from config.check.path import StraightPath, set_up
from config.check.report import CheckFailed, Report
from config.check.samples import samples
from config.check.servers import FeedServer, HookReceiver
from config.check.uses import walk_uses
from config.processes.launch import environment_for, start_broker, start_programs
from config.processes.places import Unusable, broker_socket, open_listener
from config.processes.supervisor import Supervisor

LINES_SHOWN = 40


def run(folder: Path, *, port: int, feeds: FeedServer, hooks: HookReceiver) -> int:
    """Run the check in `folder` on a port, print its table, return the exit code."""
    try:
        listener = open_listener("127.0.0.1", port)
    except Unusable as error:
        print(error)
        return 1
    with listener:
        return _run(folder, listener, feeds=feeds, hooks=hooks)


def _run(folder: Path, listener: socket.socket, *, feeds: FeedServer, hooks: HookReceiver) -> int:
    report, lines = Report(), deque[str](maxlen=LINES_SHOWN)
    began = time.monotonic()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    supervisor = Supervisor(
        environment=environment_for(environ, url=url, broker_socket=broker_socket(folder)),
        say=lambda name, line: lines.append(f"{name:<9} | {line}"),
    )
    supervisor.obey_signals()
    problem = ""
    try:
        call_command("migrate", interactive=False, verbosity=0)
        report.add("database prepared", 1, "SQLite, in a folder of its own")
        start_broker(supervisor, path=broker_socket(folder), folder=folder / "broker")
        setting = set_up(url, hooks=hooks, now=timezone.now())
        report.add("rules published", 1, setting.model.name)
        start_programs(supervisor, listener)
        report.add("programs started", len(supervisor.children), ", ".join(supervisor.children))
        sent = samples(feeds, now=timezone.now())
        path = StraightPath(setting, report=report, wait=_waiter(supervisor))
        path.run(sent)
        walk_uses(url, setting.api_key, report=report, wait=_waiter(supervisor), now=timezone.now())
    except (CheckFailed, Unusable) as error:
        problem = str(error)
    finally:
        connection.close()
        supervisor.stop()
    if problem:
        print("\nThe programs said last:\n" + "\n".join(lines))
        print(f"\nFAILED after {time.monotonic() - began:.1f} s: {problem}")
        return 1
    print(f"\nEverything held, after {time.monotonic() - began:.1f} s.")
    return 0


def _waiter(supervisor: Supervisor) -> Callable[[str, Callable[[], bool], float], None]:
    def wait(what: str, condition: Callable[[], bool], seconds: float) -> None:
        if supervisor.wait_for(condition, seconds=seconds):
            return
        if supervisor.asked_to_stop:
            raise CheckFailed("You stopped it.")
        raise CheckFailed(f"Waited {seconds:g} s in vain for {what}.")

    return wait
