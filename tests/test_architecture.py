"""The house rules that a machine can check: imports, layout, size, words, and what is not ours."""

import ast
import re
import subprocess
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).parent.parent
APPS = ("config", "decisions", "reviews", "connectors")
TOP_LEVEL = {
    *(".ci", ".dockerignore", ".editorconfig", ".gitattributes", ".gitignore", ".npmrc"),
    *("Dockerfile", "README.md", "compose.yaml", "manage.py", "package-lock.json", "package.json"),
    *("pyproject.toml", "requirements", "static", "templates", "tests", *APPS),
}


def tracked(*suffixes):
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split("\0")
    paths = [ROOT / name for name in names if name]
    return [p for p in paths if p.is_file() and (not suffixes or p.suffix in suffixes)]


def sources():
    return [
        path
        for path in tracked(".py")
        if path.relative_to(ROOT).parts[0] in APPS and "migrations" not in path.parts
    ]


def test_imports_run_down_only():
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml")) == EXIT_STATUS_SUCCESS


def test_top_level_holds_only_what_is_agreed():
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} <= TOP_LEVEL


def test_every_module_opens_with_a_sentence():
    silent = [str(p.relative_to(ROOT)) for p in sources() if not ast.get_docstring(parsed(p))]
    assert silent == []


def test_no_module_grows_past_400_lines():
    long = [str(p.relative_to(ROOT)) for p in sources() if p.read_text().count("\n") > 400]
    assert long == []


def test_only_events_send_messages_to_workers():
    callers = [str(p.relative_to(ROOT)) for p in sources() if ".delay(" in p.read_text()]
    assert callers == ["decisions/events.py"]


def test_configuration_is_never_written_past_its_history():
    """`update()` and `bulk_create` leave no history."""
    recorded = "DecisionModel|ModelVersion|ReferenceTable|ReviewQueue|ReasonCode|Connector"
    past = re.compile(rf"\b({recorded})\.objects\b[^\n]*\.(update|bulk_create|bulk_update)\(")
    found = [str(p.relative_to(ROOT)) for p in sources() if past.search(p.read_text())]
    assert found == []


@pytest.mark.parametrize(
    "pattern",
    [
        r"(registry|files)\.[a-z]+(hosted|js)?\.org|[a-z]ypi\.org|deb\.[a-z]+\.org",
        r"(^|[^A-Za-z0-9_./:-])/(work|farm|root)/",
    ],
)
def test_repository_names_no_registry_and_no_path_of_a_machine(pattern):
    found = []
    for path in tracked():
        if path == Path(__file__):
            continue
        text = path.read_text(errors="replace")
        found += [f"{path.name}: {m.group(0)}" for m in re.finditer(pattern, text, re.M)]
    assert found == []


def test_no_file_is_larger_than_a_mebibyte():
    assert [path.name for path in tracked() if path.stat().st_size > 1024 * 1024] == []


def parsed(path):
    return ast.parse(path.read_text(), str(path))
