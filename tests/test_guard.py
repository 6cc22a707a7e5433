"""services/guard.sh: what shows no work is killed, so that it is started anew."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from hdms.engines.embedded.guard import GUARDED
from hdms.wait import wait_until

LOOK_SECONDS = 0.4
PATIENCE_SECONDS = 60.0
LOOKED_SECONDS = 20 * LOOK_SECONDS  # twice as long as a guard looks before it kills
PROGRAM = """
import os, pathlib, signal, subprocess, sys, time
ready = pathlib.Path(os.environ["READY_FILE"])
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
"""
WORKS = "while True: ready.touch(); time.sleep(0.1)"
HANGS = "ready.touch(); time.sleep(600)"
STARTS = "time.sleep(600)"
WITH_A_CHILD = "ready.touch(); subprocess.run(['sleep', '600'])"

Guarded = Callable[[str], "subprocess.Popen[str]"]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the guard needs Linux")


@pytest.fixture
def ready(tmp_path: Path) -> Path:
    return tmp_path / "ready"


@pytest.fixture
def guarded(ready: Path) -> Iterator[Guarded]:
    """Starts a program under a guard, in a process group of its own, as supervisord does."""
    started = []

    def start(program: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [*GUARDED, sys.executable, "-c", PROGRAM + program],
            env={**os.environ, "READY_FILE": str(ready), "GUARD_SECONDS": str(LOOK_SECONDS)},
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def watch_of(process: "subprocess.Popen[str]") -> psutil.Process:
    """Return the guard's watch once the program has taken its place."""

    def found() -> list[psutil.Process]:
        children = psutil.Process(process.pid).children()
        return [child for child in children if "--watch" in child.cmdline()]

    wait_until(lambda: bool(found()), "the watch", PATIENCE_SECONDS)
    return found()[0]


def test_what_works_no_more_is_killed_with_what_it_started_and_the_log_says_so(
    guarded: Guarded, ready: Path
) -> None:
    process = guarded(WITH_A_CHILD)
    wait_until(ready.exists, "the program", PATIENCE_SECONDS)
    family = psutil.Process(process.pid).children()

    assert process.wait(PATIENCE_SECONDS) == -signal.SIGKILL
    psutil.wait_procs(family, PATIENCE_SECONDS)

    assert process.stderr is not None
    assert "no sign of work in 10 looks" in process.stderr.read()
    assert not any(each.is_running() for each in family)


def test_what_is_stopped_is_killed(guarded: Guarded, ready: Path) -> None:
    process = guarded(WORKS)
    wait_until(ready.exists, "the program", PATIENCE_SECONDS)

    os.killpg(process.pid, signal.SIGSTOP)

    assert process.wait(PATIENCE_SECONDS) == -signal.SIGKILL


@pytest.mark.parametrize("program", [WORKS, STARTS], ids=["works", "starts still"])
def test_what_works_or_does_not_yet_is_left_alone(guarded: Guarded, program: str) -> None:
    process = guarded(program)

    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(LOOKED_SECONDS)


def test_the_time_that_both_slept_does_not_count(guarded: Guarded, ready: Path) -> None:
    process = guarded(WORKS)
    wait_until(ready.exists, "the program", PATIENCE_SECONDS)
    watch = watch_of(process)

    # As a laptop does.
    watch.suspend()
    os.killpg(process.pid, signal.SIGSTOP)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(LOOKED_SECONDS)
    os.killpg(process.pid, signal.SIGCONT)
    watch.resume()

    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(LOOKED_SECONDS)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_signals_and_exit_codes_are_the_programs_and_the_watch_ends_with_it(
    guarded: Guarded, ready: Path, number: signal.Signals
) -> None:
    process = guarded(WORKS)
    wait_until(ready.exists, "the program", PATIENCE_SECONDS)
    watch = watch_of(process)

    process.send_signal(number)

    assert process.wait(PATIENCE_SECONDS) == (7 if number == signal.SIGTERM else -number)
    wait_until(lambda: not watch.is_running(), "the watch to end", PATIENCE_SECONDS)


def test_the_file_of_a_killed_predecessor_says_nothing(guarded: Guarded, ready: Path) -> None:
    ready.touch()

    guarded(STARTS)

    wait_until(lambda: not ready.exists(), "the file to be removed", PATIENCE_SECONDS)


@contextmanager
def answering(ready: Path) -> Iterator[threading.Event]:
    """A server that answers until the event is set, and then takes connections only."""
    silent = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while not silent.is_set():
                    client, _ = server.accept()
                    with client:
                        client.recv(1024)
                        client.sendall(b"HTTP/1.0 200 OK\r\n\r\n")

        ready.write_text(f"127.0.0.1 {server.getsockname()[1]}\n")
        threading.Thread(target=serve, daemon=True).start()
        yield silent


def test_what_names_an_address_is_killed_when_that_answers_no_more(
    guarded: Guarded, ready: Path
) -> None:
    with answering(ready) as silent:
        process = guarded(STARTS)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(LOOKED_SECONDS)

        silent.set()

        assert process.wait(PATIENCE_SECONDS) == -signal.SIGKILL
