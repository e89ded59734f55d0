"""The embedded services start, serve, survive a kill, and keep what they were given."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
import redis

from recovery.embedded import places, postgres, valkey
from recovery.embedded.process import EmbeddedError


def _count(server: postgres.Server) -> int:
    with server.connect("recovery") as connection:
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert row is not None
    return int(row[0])


def test_postgres_keeps_data_over_a_kill_and_a_restart(service_home: Path) -> None:
    home = service_home / "restarted"
    first = postgres.start_server(home)
    with first.connect("recovery") as connection:
        connection.execute("CREATE TABLE kept (number int)")
        connection.execute("INSERT INTO kept VALUES (1)")
    first.child.kill()
    second = postgres.start_server(home)
    assert _count(second) == 1
    second.stop()
    assert not second.answers()
    third = postgres.start_server(home)
    assert _count(third) == 1
    third.stop()


def test_postgres_refuses_a_second_server_on_the_same_data(service_home: Path) -> None:
    home = service_home / "twice"
    first = postgres.start_server(home, throw_away=True)
    with pytest.raises(EmbeddedError, match="already uses"):
        postgres.start_server(home, throw_away=True)
    assert postgres.running_pid(home) == first.child.process.pid
    first.stop()
    assert postgres.running(home) is None


def test_postgres_forgets_an_owner_whose_number_another_program_has_now(service_home: Path) -> None:
    home = service_home / "reused"
    postgres.start_server(home, throw_away=True).stop()
    (home / "postgres" / "postmaster.pid").write_text("1\n")
    postgres.start_server(home, throw_away=True).stop()


def test_valkey_keeps_data_over_a_kill(service_home: Path) -> None:
    first = valkey.start_server(service_home, name="kept")
    with redis.Redis.from_url(first.url) as client:
        client.set("a", "1")
        client.config_get("appendfsync")
    first.stop()
    second = valkey.start_server(service_home, name="kept")
    with redis.Redis.from_url(second.url) as client:
        assert client.get("a") == b"1"
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    second.stop()


def test_sockets_of_a_deep_folder_lie_elsewhere(tmp_path: Path) -> None:
    home = tmp_path / ("deep" * 30)
    home.mkdir()
    server = postgres.start_server(home, throw_away=True)
    try:
        assert len(str(server.sockets)) < 100
        assert str(server.sockets.parent) in (home / "elsewhere").read_text()
    finally:
        server.stop()
        server.sockets.rmdir()
        server.sockets.parent.rmdir()


def test_a_database_of_ones_own(database_url: str) -> None:
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        version = connection.info.server_version
    assert version >= 150000


def test_a_queue_of_ones_own(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0


def test_a_taken_port_is_passed_over() -> None:
    first = places.free_port()
    assert places.free_port(first) >= first
