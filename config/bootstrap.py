"""Sets Clearance up with the standard library alone: `.venv`, locked packages, front end."""

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from config.failures import explain

ROOT = Path(__file__).resolve().parent.parent
BUILT_FOR = frozenset({"up", "test"})  # Commands that show or check pages.
OLDEST_NODE = 20


class NotReady(Exception):
    """Set-up cannot go on; the text says what is missing and what to do."""


def enter(argv: Sequence[str]) -> None:
    """Set up what `argv` needs and go on inside `.venv`: returns only there."""
    command = argv[1] if len(argv) > 1 else "help"
    setup = Setup(ROOT)
    try:
        setup.packages("dev" if command == "test" else "app")
        if command in BUILT_FOR:
            setup.front_end()
    except NotReady as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit("Stopped. The next start goes on with the set-up.")
    if Path(sys.prefix).resolve() != setup.venv.resolve():
        os.execv(setup.python, [str(setup.python), *argv])  # noqa: S606


class Setup:
    """What one checkout needs on disk. Stamps with the hashes of inputs make it happen once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.venv = root / ".venv"
        self.python = self.venv / "bin" / "python"
        self.stamps = self.venv / "clearance-stamps.json"
        # There from the first package to the last: found at a start, it tells of a broken one.
        self.unfinished = self.venv / "clearance-unfinished"

    def packages(self, group: str) -> None:
        """Have the packages of `requirements/<group>.txt`; those of dev include those of app."""
        if self._has_packages(group):
            return
        with self._alone():
            if self._has_packages(group):  # Another start did it while this one waited.
                return
            self._have_venv()
            self.unfinished.touch()
            lock = self.root / "requirements" / f"{group}.txt"
            options = ("--quiet", "--no-input", "--retries=2", "--disable-pip-version-check")
            install = (self.python, "-m", "pip", "install", *options, "--require-hashes")
            self._run("Python packages", [*install, "--requirement", lock])
            stamps = {"python": _version(self.python)}
            for name in {group, "app"}:
                stamps[name] = _hash([self.root / "requirements" / f"{name}.txt"])
            _write(self.stamps, json.dumps(stamps))
            self.unfinished.unlink()

    def front_end(self) -> None:
        """Build `static/` into `build/static/` when one of its inputs changed."""
        build, modules = self.root / "build" / "static", self.root / "node_modules"
        locked = [self.root / name for name in ("package.json", "package-lock.json", ".npmrc")]
        installed = _hash(locked)
        sources = sorted(path for path in (self.root / "static").rglob("*") if path.is_file())
        built = _hash([*locked, *sources], root=self.root)
        # Beside what they tell of: the build and npm may empty their own folders.
        module_stamp = self.root / "build" / "node_modules.stamp"
        build_stamp = self.root / "build" / "static.stamp"

        def is_built() -> bool:
            return (build / "manifest.json").is_file() and _read(build_stamp) == built

        if is_built():
            return
        with self._alone():
            if is_built():
                return
            environment = self._node_environment()
            if not modules.is_dir() or _read(module_stamp) != installed:
                module_stamp.unlink(missing_ok=True)
                install = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]
                self._run("front-end packages", install, environment=environment)
                _write(module_stamp, installed)
            self._run("front end", ["npm", "run", "--silent", "build"], environment=environment)
            _write(build_stamp, built)

    def _has_packages(self, group: str) -> bool:
        # Not Path.exists, which fails where the Python of somebody else may not be looked at.
        if self.unfinished.exists() or not os.path.exists(self.python):
            return False
        try:
            stamps = json.loads(_read(self.stamps) or "{}")
        except ValueError:
            return False
        wanted = _hash([self.root / "requirements" / f"{group}.txt"])
        return bool(stamps.get(group) == wanted and stamps.get("python") == _version(self.python))

    def _have_venv(self) -> None:
        """Make `.venv`, anew if it was left half made or its Python went away."""
        if not self.unfinished.exists() and _version(self.python) and self._has_pip():
            return
        if (
            importlib.util.find_spec("venv") is None
            or importlib.util.find_spec("ensurepip") is None
        ):
            raise NotReady(
                "This Python cannot make virtual environments. Install the package "
                "python3-venv (Debian, Ubuntu: sudo apt install python3-venv) and start again."
            )
        try:
            if self.venv.exists():
                shutil.rmtree(self.venv)
        except OSError as error:
            raise NotReady(
                f"The folder {self.venv} is left over from a start that did not finish and cannot "
                f"be removed ({error.strerror}). Remove it and start again."
            ) from error
        self._run("folder .venv", [sys.executable, "-m", "venv", self.venv])

    def _has_pip(self) -> bool:
        found = subprocess.run(
            [self.python, "-c", "import pip"],
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        return found.returncode == 0

    def _node_environment(self) -> dict[str, str]:
        """The environment in which `node` and `npm` are found: the system's, or the venv's."""
        environment = dict(os.environ)
        # Node alone would not trust the certificates that a company's network puts on machines.
        environment.setdefault("NODE_USE_SYSTEM_CA", "1")
        system = shutil.which("node")
        if system and shutil.which("npm") and _node_major(system) >= OLDEST_NODE:
            return environment
        environment["PATH"] = f"{self.python.parent}{os.pathsep}{environment.get('PATH', '')}"
        return environment

    def _run(
        self,
        what: str,
        command: Sequence[str | Path],
        *,
        environment: dict[str, str] | None = None,
    ) -> None:
        """Run one tool quietly; what it printed is shown only where it explains a failure."""
        print(f"Setting up: {what} … ", end="", flush=True)
        started = time.monotonic()
        try:
            done = subprocess.run(
                command,
                cwd=self.root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                check=False,
            )
        except OSError as error:
            print("failed")
            raise NotReady(f"Setting up stopped at the {what}: {error}.") from error
        if done.returncode:
            print("failed")
            raise NotReady(explain(what, done.stdout))
        print(f"{time.monotonic() - started:.0f} s")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one start set up at a time; the kernel frees the lock of one that was killed."""
        path = self.root / "build" / "setup.lock"
        try:
            path.parent.mkdir(exist_ok=True)
            file = path.open("w")
        except OSError as error:
            raise NotReady(
                f"The folder {self.root} cannot be written ({error.strerror}). Give yourself the "
                "right to write there and start again."
            ) from error
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print("Another start is setting this folder up; waiting for it.")
                fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _version(python: Path) -> str:
    """The version a Python says it has; empty where it does not run."""
    if Path(sys.prefix).resolve() == python.parent.parent.resolve():
        return "{}.{}.{}".format(*sys.version_info[:3])
    try:
        answer = subprocess.run(
            [python, "-I", "-S", "-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except OSError:
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""


def _node_major(node: str) -> int:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    major = answer.stdout.strip().removeprefix("v").split(".")[0]
    return int(major) if major.isdigit() else 0


def _hash(paths: Sequence[Path], *, root: Path | None = None) -> str:
    """SHA-256 over the contents of files, and over their names where `root` is given."""
    digest = hashlib.sha256()
    for path in paths:
        content = path.read_bytes() if path.is_file() else b""
        name = str(path.relative_to(root)) if root else path.name
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _read(path: Path) -> str:
    return path.read_text() if path.is_file() else ""


def _write(path: Path, text: str) -> None:
    """Replace a file at once, so that a start that is killed leaves the old one or the new one."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text)
    draft.replace(path)
