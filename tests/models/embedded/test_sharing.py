"""One server, however many ask for it, and none when all have left."""

import os
import signal
from pathlib import Path

import pytest

from models.embedded import embedded_database
from tests.models.embedded.conftest import (
    MEMBER,
    await_joined,
    children,
    fetch,
    kill,
    leave,
    members,
    postmaster,
    script,
    server_processes,
    until,
)


def test_six_processes_at_once_share_one_server_and_the_last_one_out_stops_it(new_dir: Path) -> None:
    with members(new_dir, 6) as processes:
        first = postmaster(new_dir)
        for process in processes[:5]:
            leave(process)
        alone = postmaster(new_dir)
        leave(processes[5])

        assert alone == first
        assert server_processes(new_dir) == []


def test_one_process_may_join_twice(data_dir: Path) -> None:
    with embedded_database(data_dir) as outer:
        with embedded_database(data_dir) as inner:
            first = postmaster(data_dir)
        rows = fetch(outer.application_url, "SELECT 1")

        assert inner == outer
        assert postmaster(data_dir) == first
        assert rows == [(1,)]


def test_a_failure_inside_is_handed_on_and_stops_the_server(data_dir: Path) -> None:
    with pytest.raises(PermissionError, match="the caller's own"), embedded_database(data_dir):
        raise PermissionError("the caller's own")

    assert server_processes(data_dir) == []


def test_a_server_without_members_is_joined_and_stopped(data_dir: Path) -> None:
    with members(data_dir, 1) as processes:
        processes[0].kill()
        processes[0].wait()
    orphan = postmaster(data_dir)

    with embedded_database(data_dir) as embedded:
        rows = fetch(embedded.application_url, "SELECT 1")

        assert postmaster(data_dir) == orphan
        assert rows == [(1,)]


def test_a_killed_member_keeps_no_server_running(data_dir: Path) -> None:
    with members(data_dir, 2) as processes:
        kill(processes[0].pid)
        processes[0].wait()
        leave(processes[1])

        assert server_processes(data_dir) == []


def test_an_interrupt_in_the_terminal_does_not_reach_the_server(data_dir: Path) -> None:
    with members(data_dir, 1) as processes, embedded_database(data_dir) as embedded:
        first = postmaster(data_dir)
        os.killpg(processes[0].pid, signal.SIGINT)
        processes[0].wait()
        rows = fetch(embedded.application_url, "SELECT 1")

        assert postmaster(data_dir) == first
        assert rows == [(1,)]


def test_a_server_that_is_about_to_end_is_replaced(data_dir: Path) -> None:
    with members(data_dir, 1) as processes:
        processes[0].kill()
        processes[0].wait()
    ending = postmaster(data_dir)
    os.kill(ending, signal.SIGSTOP)
    os.kill(ending, signal.SIGINT)

    with script(MEMBER, data_dir) as member:
        until(lambda: children(member.pid))  # psql, to a server that still looks ready
        os.kill(ending, signal.SIGCONT)
        await_joined(member)

        assert postmaster(data_dir) != ending
        leave(member)
