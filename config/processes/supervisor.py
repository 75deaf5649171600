"""Keeps programs running: starts them, starts them again with growing waits, stops them all."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import IO

from config.processes.programs import Program

GUARD = Path(__file__).with_name("guard.py")
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
SETTLED_SECONDS = 30.0  # Alive for this long, a program counts as healthy again.
TICK = 0.1

Say = Callable[[str, str], None]


class Child:
    """One program under its guard: at most one run at a time."""

    def __init__(
        self, program: Program, *, environment: Mapping[str, str], say: Say, shared: Iterable[int]
    ) -> None:
        self.program = program
        self.failures = 0
        self._environment = dict(environment)
        self._say = say
        self._shared = tuple(shared)
        self._guard: subprocess.Popen[str] | None = None
        self._pipe = -1
        self._started = 0.0
        self._again_at: float | None = None
        self._reader: threading.Thread | None = None

    @property
    def pid(self) -> int | None:
        """The guard's process id while it runs."""
        return self._guard.pid if self.runs() and self._guard else None

    def runs(self) -> bool:
        return self._guard is not None and self._guard.poll() is None

    def start(self) -> None:
        theirs, self._pipe = os.pipe()
        kept = self.program.keep
        guard = (sys.executable, "-I", "-S", GUARD, str(theirs), ",".join(map(str, kept)))
        self._guard = subprocess.Popen(
            [*guard, *self.program.command],
            env=self._environment,
            pass_fds=(theirs, *kept, *self._shared),
            process_group=0,  # Ctrl-C reaches the supervisor alone, which stops things in order.
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        os.close(theirs)
        self._started, self._again_at = time.monotonic(), None
        self._reader = threading.Thread(target=self._read, args=(self._guard.stdout,), daemon=True)
        self._reader.start()

    def tend(self, now: float) -> None:
        """Start again what ended by itself, later each time."""
        if self._guard is None:
            return
        if self._again_at is not None:
            if now >= self._again_at:
                self.start()
            return
        code = self._guard.poll()
        if code is None:
            if now - self._started > SETTLED_SECONDS:
                self.failures = 0
            return
        self._release()
        wait = min(FIRST_WAIT * 2**self.failures, LONGEST_WAIT)
        self.failures += 1
        self._again_at = now + wait
        name = self.program.name
        self._say("up", f"{name} stopped ({reason(code)}); it starts again in {wait:g} s")

    def ask_to_end(self) -> None:
        if self.runs() and self._guard:
            self._guard.send_signal(signal.SIGTERM)

    def end(self, deadline: float) -> None:
        """Wait for it until `deadline`; then kill it with everything it started."""
        guard, self._guard = self._guard, None
        if guard is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            guard.wait(max(0.0, deadline - time.monotonic()))
        self._release()  # The guard takes a closed pipe for the order to kill.
        try:
            guard.wait(5)
        except subprocess.TimeoutExpired:
            guard.kill()
            guard.wait()
        if self._reader:
            self._reader.join(2)

    def _release(self) -> None:
        if self._pipe >= 0:
            os.close(self._pipe)
            self._pipe = -1

    def _read(self, output: IO[str] | None) -> None:
        if output is None:
            return
        with output:
            for line in output:
                self._say(self.program.name, line.rstrip())


class Supervisor:
    """Children in the order of their starting; stopped in the opposite order."""

    def __init__(
        self, *, environment: Mapping[str, str], say: Say, shared: Iterable[int] = ()
    ) -> None:
        self.children: dict[str, Child] = {}
        self._environment = {**environment, "PYTHONUNBUFFERED": "1"}
        self._say = say
        self._shared = tuple(shared)
        self._asked_to_stop = threading.Event()

    def start(self, program: Program) -> Child:
        child = Child(program, environment=self._environment, say=self._say, shared=self._shared)
        self.children[program.name] = child
        child.start()
        return child

    def wait_for(self, is_ready: Callable[[], bool], *, seconds: float) -> bool:
        """Tend the children until `is_ready`; False when time is up or somebody wants to stop."""
        deadline = time.monotonic() + seconds
        while not is_ready():
            if time.monotonic() > deadline or self._asked_to_stop.wait(TICK):
                return False
            self.tend()
        return True

    def tend(self) -> None:
        now = time.monotonic()
        for child in self.children.values():
            child.tend(now)

    def obey_signals(self) -> None:
        """Take Ctrl-C, a closed terminal and `kill` as the wish to stop; for the main thread."""
        wishes = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # As `nohup` has it.
            wishes.append(signal.SIGHUP)
        for number in wishes:
            signal.signal(number, lambda *_: self._asked_to_stop.set())

    @property
    def asked_to_stop(self) -> bool:
        return self._asked_to_stop.is_set()

    def run(self) -> None:
        """Tend the children until somebody wants to stop."""
        while not self._asked_to_stop.wait(TICK):
            self.tend()

    def stop(self) -> None:
        """Stop all within their grace: first what uses the broker, then the broker."""
        last = [child for name, child in self.children.items() if name == "broker"]
        first = [child for name, child in self.children.items() if name != "broker"]
        for group in (first, last):
            for child in group:
                child.ask_to_end()
            started = time.monotonic()
            for child in reversed(group):
                child.end(started + child.program.grace)
        self.children.clear()


def reason(code: int) -> str:
    """Say how a program ended."""
    number = code - 128 if code > 128 else -code if code < 0 else 0
    if number:
        known = {each.value: each.name for each in signal.Signals}
        return f"killed by {known.get(number, f'signal {number}')}"
    return f"exit code {code}"


def say_to_terminal() -> Say:
    """Return a function that prints a line under the name of its program, one at a time."""
    lock = threading.Lock()

    def say(name: str, line: str) -> None:
        with lock:
            print(f"{name:<9} | {line}", flush=True)

    return say
