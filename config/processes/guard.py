"""Stands between the supervisor and one program, so that the program never outlives it.

Run as `python -I -S guard.py <pipe> <kept> <command…>`, standard library only. The supervisor
holds the other end of the pipe; when it ends, even by `kill -9`, the pipe closes and the guard
kills the program with everything the program started. `<kept>` lists open files to hand on.
"""

import ctypes
import os
import select
import signal
import subprocess
import sys

PR_SET_PDEATHSIG = 1
FORWARDED = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)


def main(pipe: int, kept: tuple[int, ...], command: list[str]) -> int:
    """Run `command` in a process group of its own; return its exit code, 128 + n for signal n."""
    wake, wake_end = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(wake_end, False)
    signal.set_wakeup_fd(wake_end, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # Its arrival alone wakes the loop.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    asked: list[int] = []
    for number in FORWARDED:
        signal.signal(number, lambda received, _frame: asked.append(received))
    program = subprocess.Popen(
        command,
        pass_fds=kept,
        process_group=0,
        preexec_fn=die_with_guard,
    )
    while program.poll() is None:
        while asked:
            program.send_signal(asked.pop(0))
        ready, _, _ = select.select([pipe, wake], [], [])
        if wake in ready:
            os.read(wake, 512)
        if pipe in ready:
            break
    # What the program started and left behind goes with it.
    end_group(program.pid)
    code = program.wait()
    return code if code >= 0 else 128 - code


def die_with_guard() -> None:
    """On Linux the kernel kills the program should the guard itself be killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def end_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return  # Nobody is left; macOS says so by refusing.


def arguments(words: list[str]) -> tuple[int, tuple[int, ...], list[str]]:
    kept = tuple(int(number) for number in words[1].split(",") if number)
    return int(words[0]), kept, words[2:]


if __name__ == "__main__":
    sys.exit(main(*arguments(sys.argv[1:])))
