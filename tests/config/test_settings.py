"""Settings are read strictly: what is unknown, malformed or unsafe stops the start by name."""

import runpy
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

SETTINGS = Path(__file__).resolve().parents[2] / "config" / "settings.py"
SAFE = {
    "DATABASE_URL": "postgresql://clearance:pass%2Fword@db.internal:5433/clearance?sslmode=require",
    "REDIS_URL": "rediss://redis.internal:6380/2",
    "CLEARANCE_SECRET_KEY": "k3y-of-many-different-letters-0123456789-abcdefghijklm",
    "CLEARANCE_ENCRYPTION_KEYS": "new, old",
    "CLEARANCE_HOSTS": "clearance.example.com",
    "CLEARANCE_BASE_URL": "https://clearance.example.com/",
}


@pytest.fixture
def read(monkeypatch, tmp_path):
    """Reads the settings as a start would, from these variables alone."""

    def read(**variables):
        from os import environ

        for name in list(environ):
            if name.startswith("CLEARANCE_") or name in {"DATABASE_URL", "REDIS_URL"}:
                monkeypatch.delenv(name)
        monkeypatch.setenv("CLEARANCE_STATE_DIR", str(tmp_path))
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(SETTINGS))

    return read


def test_local_home_needs_no_setting_and_keeps_its_secrets(read, tmp_path):
    first, second = read(), read()
    assert first["DATABASES"]["default"]["NAME"] == tmp_path / "clearance.sqlite3"
    assert first["CELERY_BROKER_URL"] == f"redis+socket://{tmp_path}/broker.sock"
    assert first["SECRET_KEY"] == second["SECRET_KEY"]
    assert first["SECRET_ENCRYPTION_KEYS"] == second["SECRET_ENCRYPTION_KEYS"]
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert first["DEBUG"] is False
    assert "*" not in first["ALLOWED_HOSTS"]


def test_servers_are_chosen_by_their_two_addresses_alone(read):
    found = read(**SAFE)
    database = found["DATABASES"]["default"]
    assert found["PRODUCTION"] is True
    assert (database["HOST"], database["PORT"], database["NAME"], database["PASSWORD"]) == (
        "db.internal",
        5433,
        "clearance",
        "pass/word",
    )
    assert database["OPTIONS"]["sslmode"] == "require"
    assert found["CELERY_BROKER_URL"] == SAFE["REDIS_URL"]
    assert found["SECRET_ENCRYPTION_KEYS"] == ["new", "old"]
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://clearance.example.com"]
    assert found["SESSION_COOKIE_SECURE"] is found["CSRF_COOKIE_SECURE"] is True


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"CLEARANCE_HOST": "x"}, "CLEARANCE_HOST is not a setting.*Did you mean CLEARANCE_HOSTS"),
        ({"CLEARANCE_KEY": "x"}, "CLEARANCE_KEY is not a setting.* The README lists every setting"),
        ({"CLEARANCE_TIME_ZONE": "Mars"}, "CLEARANCE_TIME_ZONE cannot be read: write a name of"),
        ({"CLEARANCE_TIME_ZONE": "../Mars"}, "CLEARANCE_TIME_ZONE cannot be read: write a name of"),
        ({"CLEARANCE_DEBUG": "maybe"}, "CLEARANCE_DEBUG is 'maybe'. Use true or false"),
        ({"CLEARANCE_MODE": "prod"}, "CLEARANCE_MODE is 'prod'. Use one of: local, production"),
        ({"CLEARANCE_LOG_LEVEL": "loud"}, "CLEARANCE_LOG_LEVEL is 'loud'"),
        ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL cannot be read: write it as postgresql:"),
        ({"DATABASE_URL": "postgresql://x"}, "DATABASE_URL cannot be read: the name"),
        ({"DATABASE_URL": "postgresql://x:port/y"}, "DATABASE_URL cannot be read: the port is not"),
        ({"DATABASE_URL": "postgresql://[x/y"}, "DATABASE_URL cannot be read: write it as"),
        ({"DATABASE_URL": "postgresql://x/y?z"}, "write what follows the question mark as"),
        ({"REDIS_URL": "redis://x:99999/0"}, "REDIS_URL cannot be read: the port is not"),
        ({"REDIS_URL": "redis://x/first"}, "REDIS_URL cannot be read"),
        ({"REDIS_URL": "x:6379"}, "REDIS_URL cannot be read"),
        ({"CLEARANCE_BASE_URL": "clearance.example"}, "CLEARANCE_BASE_URL cannot be read"),
        ({"CLEARANCE_BASE_URL": "https://x/sub/"}, "CLEARANCE_BASE_URL cannot be read"),
    ],
)
def test_unknown_and_malformed_settings_stop_the_start_by_name(read, variables, words):
    with pytest.raises(ImproperlyConfigured, match=words):
        read(**variables)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"CLEARANCE_DEBUG": "true"}, "CLEARANCE_DEBUG is on"),
        ({"CLEARANCE_SECRET_KEY": ""}, "CLEARANCE_SECRET_KEY is missing or guessable"),
        ({"CLEARANCE_SECRET_KEY": "a" * 60}, "CLEARANCE_SECRET_KEY is missing or guessable"),
        ({"CLEARANCE_ENCRYPTION_KEYS": " , "}, "CLEARANCE_ENCRYPTION_KEYS is missing"),
        ({"CLEARANCE_HOSTS": ""}, "CLEARANCE_HOSTS is empty or open"),
        ({"CLEARANCE_HOSTS": "*"}, "CLEARANCE_HOSTS is empty or open"),
        ({"CLEARANCE_HOSTS": "clearance.example.com, ."}, "CLEARANCE_HOSTS is empty or open"),
    ],
)
def test_production_refuses_what_is_unsafe(read, changes, words):
    with pytest.raises(ImproperlyConfigured, match=words):
        read(**{**SAFE, **changes})


def test_manage_says_it_in_one_sentence_without_a_traceback(tmp_path):
    import os
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=SETTINGS.parents[1],
        env={**os.environ, "CLEARANCE_STATE_DIR": str(tmp_path), "CLEARANCE_DEBUG": "perhaps"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == (
        "Clearance cannot start: CLEARANCE_DEBUG is 'perhaps'. Use true or false.\n"
    )
