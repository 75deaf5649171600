"""Set-up on a fresh machine: once, alone, mended when broken, and clear about what is missing."""

import ast
import base64
import hashlib
import importlib.util
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from config import bootstrap
from config.bootstrap import NotReady, Setup
from config.failures import explain

ROOT = Path(__file__).resolve().parents[2]


def make_wheel(folder, name="tiny", version="1.0"):
    """Write a wheel with one module and return it."""
    info = f"{name}-{version}.dist-info"
    contents = {
        f"{name}.py": f"version = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for path, text in contents.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()
        record += f"{path},sha256={digest.rstrip('=')},{len(text)}\n"
    contents[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n"
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in contents.items():
            archive.writestr(path, text)
    return wheel


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout whose locks name one small package, and an index that is a folder."""
    index = tmp_path / "index"
    root = tmp_path / "checkout"
    (root / "requirements").mkdir(parents=True)
    index.mkdir()
    lock(root, make_wheel(index))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    return root


def lock(root, wheel):
    name, version = wheel.name.split("-")[:2]
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    for group in ("app", "dev"):
        text = f"{name}=={version} --hash=sha256:{digest}\n"
        (root / "requirements" / f"{group}.txt").write_text(text)


def installed(root):
    return subprocess.run(
        [root / ".venv/bin/python", "-c", "import tiny; print(tiny.version)"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()


def test_set_up_happens_once_and_again_after_a_broken_start_or_a_new_lock(
    checkout, tmp_path, capsys
):
    Setup(checkout).packages("dev")
    assert installed(checkout) == "1.0"
    assert [line.split(" …")[0] for line in capsys.readouterr().out.splitlines()] == [
        "Setting up: folder .venv",
        "Setting up: Python packages",
    ]

    # Packages of tests include those of the application: nothing is left to do.
    Setup(checkout).packages("app")
    Setup(checkout).packages("dev")
    assert capsys.readouterr().out == ""

    # A start that was killed leaves its mark, and the folder is made anew.
    (checkout / ".venv" / "clearance-unfinished").touch()
    (checkout / ".venv" / "half-written").touch()
    lock(checkout, make_wheel(tmp_path / "index", version="2.0"))
    Setup(checkout).packages("app")
    assert installed(checkout) == "2.0"
    assert not (checkout / ".venv" / "half-written").exists()
    assert "folder .venv" in capsys.readouterr().out

    # A Python that went away, as after an upgrade of the system, is noticed.
    (checkout / ".venv" / "bin" / "python").unlink()
    Setup(checkout).packages("app")
    assert installed(checkout) == "2.0"


def test_starts_at_the_same_time_set_up_one_after_the_other(checkout):
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from pathlib import Path; "
        f"from config.bootstrap import Setup; Setup(Path({str(checkout)!r})).packages('app')"
    )
    starts = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    printed = [start.communicate(timeout=100)[0] for start in starts]
    assert [start.returncode for start in starts] == [0, 0]
    assert installed(checkout) == "1.0"
    assert "".join(printed).count("Setting up: Python packages") == 1
    assert "".join(printed).count("waiting for it") == 1


def test_missing_network_is_said_in_one_sentence(checkout, monkeypatch, tmp_path):
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(NotReady) as caught:
        Setup(checkout).packages("app")
    assert str(caught.value) == (
        "The Python packages are missing here and cannot be fetched. Connect this machine to the "
        "network, or to a package index it can reach, and start again."
    )


def test_changed_download_is_refused(checkout):
    for group in ("app", "dev"):
        text = f"tiny==1.0 --hash=sha256:{'0' * 64}\n"
        (checkout / "requirements" / f"{group}.txt").write_text(text)
    with pytest.raises(NotReady, match="not the one that was locked"):
        Setup(checkout).packages("app")


def test_python_without_venv_is_told_what_to_install(checkout, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "ensurepip" else found(name)
    )
    with pytest.raises(NotReady, match="Install the package python3-venv"):
        Setup(checkout).packages("app")


@pytest.mark.parametrize(
    ("printed", "sentence"),
    [
        (
            "OSError: [Errno 28] No space left on device",
            "The Python packages cannot be set up: the disk is full. Free some space (about 1 GB "
            "is needed) and start again.",
        ),
        (
            "npm error code EACCES",
            "The Python packages cannot be set up: this folder cannot be written. Give yourself "
            "the right to write there and start again.",
        ),
        (
            "npm error code SELF_SIGNED_CERT_IN_CHAIN\nnpm error errno ECONNREFUSED",
            "The Python packages cannot be fetched: this network puts a certificate of its own in "
            "front of the package index, and this machine does not trust it. Name its file in "
            "PIP_CERT and in NODE_EXTRA_CA_CERTS and start again.",
        ),
        (
            "something odd\nnobody knows",
            "Setting up stopped at the Python packages. The tool that failed said:\n"
            "    something odd\n    nobody knows",
        ),
    ],
)
def test_failures_of_tools_are_explained(printed, sentence):
    assert explain("Python packages", printed) == sentence


@pytest.fixture
def manage():
    spec = importlib.util.spec_from_file_location("manage", ROOT / "manage.py")
    manage = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(manage)
    return manage


def test_old_python_is_named_in_one_sentence(manage, monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 18))
    with pytest.raises(SystemExit) as caught:
        manage.main(["manage.py", "up"])
    assert caught.value.code == (
        "Clearance needs Python 3.11 or newer and this is Python 3.9. "
        "Start it with a newer one, for example: python3.12 manage.py up"
    )


def test_windows_is_told_where_clearance_runs(manage, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(SystemExit) as caught:
        manage.main(["manage.py", "up"])
    assert caught.value.code == (
        "Clearance runs on Linux and macOS. On Windows, start it inside WSL."
    )


def test_manage_can_be_read_by_old_pythons():
    ast.parse((ROOT / "manage.py").read_text(), feature_version=(3, 6))


def test_packages_of_tests_include_those_of_the_application():
    """The stamp of the one stands for the other."""

    def pins(group):
        lines = (ROOT / "requirements" / f"{group}.txt").read_text().splitlines()
        return {line.split(" ")[0] for line in lines if line[:1].isalnum()}

    assert pins("app") <= pins("dev")


def test_bootstrap_needs_the_standard_library_alone():
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import config.bootstrap"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)


@pytest.fixture
def front(tmp_path, monkeypatch):
    """A checkout with a front end whose tools leave a line in a file for every run."""
    root = tmp_path / "front"
    tools = tmp_path / "tools"
    for folder in (root / "static" / "css", root / "build", tools):
        folder.mkdir(parents=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        (root / name).write_text("{}")
    (root / "static" / "css" / "base.css").write_text("a {}")
    (tools / "node").write_text("#!/bin/sh\necho v22.1.0\n")
    (tools / "npm").write_text(
        "#!/bin/sh\n"
        f'echo "$1" >> {tmp_path}/runs\n'
        "mkdir -p node_modules build/static && echo '{}' > build/static/manifest.json\n"
    )
    for tool in tools.iterdir():
        tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")

    def run():
        Setup(root).front_end()
        return (tmp_path / "runs").read_text().split()

    return root, run


def test_front_end_is_built_when_its_inputs_change_and_fetched_when_its_lock_does(front):
    root, run = front
    assert run() == ["ci", "run"]
    assert run() == ["ci", "run"]
    (root / "static" / "css" / "base.css").write_text("a { color: red }")
    assert run() == ["ci", "run", "run"]
    (root / "package-lock.json").write_text('{"name": "new"}')
    assert run() == ["ci", "run", "run", "ci", "run"]
    (root / "build" / "static" / "manifest.json").unlink()
    assert run() == ["ci", "run", "run", "ci", "run", "run"]


def test_old_node_of_the_system_is_passed_over_for_the_one_in_the_packages(front, tmp_path):
    root, _ = front
    (tmp_path / "tools" / "node").write_text("#!/bin/sh\necho v18.20.0\n")
    setup = Setup(root)
    assert setup._node_environment()["PATH"].startswith(f"{setup.python.parent}:")


def test_node_trusts_the_certificates_of_the_machine_unless_told_otherwise(front, monkeypatch):
    root, _ = front
    monkeypatch.delenv("NODE_USE_SYSTEM_CA", raising=False)
    assert Setup(root)._node_environment()["NODE_USE_SYSTEM_CA"] == "1"
    monkeypatch.setenv("NODE_USE_SYSTEM_CA", "0")
    assert Setup(root)._node_environment()["NODE_USE_SYSTEM_CA"] == "0"


def test_commands_start_again_inside_the_venv(monkeypatch, tmp_path):
    """The second half of `enter`: outside `.venv` it never returns."""
    calls = []
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(Setup, "packages", lambda self, group: calls.append(group))
    monkeypatch.setattr(Setup, "front_end", lambda self: calls.append("front end"))
    monkeypatch.setattr(bootstrap.os, "execv", lambda path, argv: calls.append(argv))
    python = tmp_path / ".venv" / "bin" / "python"
    bootstrap.enter(["manage.py", "up"])
    bootstrap.enter(["manage.py", "test", "-k", "x"])
    bootstrap.enter(["manage.py", "migrate"])
    assert calls == [
        *("app", "front end", [str(python), "manage.py", "up"]),
        *("dev", "front end", [str(python), "manage.py", "test", "-k", "x"]),
        *("app", [str(python), "manage.py", "migrate"]),
    ]
