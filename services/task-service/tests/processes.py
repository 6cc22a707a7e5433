"""The service's own processes, for tests that need them running, and need them killed."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from aio_pika.exceptions import ChannelNotFoundEntity
from dotenv import dotenv_values

from src.config import SERVICE_DIR, Settings
from src.db.direct import connect as connect_to_database
from src.queue import connect as connect_to_broker

START_SECONDS = 60.0
STOP_SECONDS = 60.0
RUN_SECONDS = 90.0
SQL_SECONDS = 60.0

TERMINAL = ("completed", "failed")


def configured() -> dict[str, str]:
    """Return the service's variables, wherever they stand: its `.env`, or this environment."""
    file = os.environ.get("HDMS_ENV_FILE") or SERVICE_DIR / ".env"
    written = dotenv_values(file, interpolate=False)
    return {name: value for name, value in written.items() if value is not None} | os.environ


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`python <command>` in the service's folder, run to its end, some variables changed."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=SERVICE_DIR,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        check=False,
    )


def free_port() -> int:
    """A TCP port of 127.0.0.1 on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_until(condition: Callable[[], Any], what: str, seconds: float = 60.0) -> float:
    """Wait for `condition`, and return how long it took; fails after `seconds`."""
    begin = time.monotonic()
    while not condition():
        assert time.monotonic() - begin < seconds, f"waited {seconds} s for {what}"
        time.sleep(0.02)
    return time.monotonic() - begin


class Process:
    """A process of the service that can be stopped, killed and started again."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path) -> None:
        self._command = [sys.executable, *command]
        self._environment = os.environ | environment
        self._log = log
        self.popen: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        """What it has written so far."""
        return self._log.read_text()

    def ready(self) -> bool:
        """Whether it does its work."""
        raise NotImplementedError

    def start(self, *, wait: bool = True) -> None:
        """Start it, and wait until it is ready."""
        with self._log.open("ab") as log:
            self.popen = subprocess.Popen(
                self._command, cwd=SERVICE_DIR, env=self._environment, stderr=log
            )
        if wait:
            self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait until it does its work; fails if it ends."""
        wait_until(lambda: self._alive() and self.ready(), str(self._command), START_SECONDS)

    def _alive(self) -> bool:
        assert self.popen is not None
        assert self.popen.poll() is None, f"ended with {self.popen.returncode}:\n{self.log}"
        return True

    def kill(self) -> None:
        """Kill it (-9)."""
        assert self.popen is not None
        self.popen.kill()
        self.popen.wait()

    def stop(self) -> int:
        """Stop it (SIGTERM); its exit code. Fails if it takes longer than STOP_SECONDS."""
        assert self.popen is not None
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGTERM)
        try:
            return self.popen.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


class Api(Process):
    """The web server, on a port that stays the same."""

    def __init__(self, log: Path, **environment: str) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        port = self.url.rpartition(":")[2]
        super().__init__(
            ["-m", "src"], {"WEB_HOST": "127.0.0.1", "WEB_PORT": port, **environment}, log
        )

    def ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health/live", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def submit(self, circuit: str = "test", **fields: Any) -> str:
        """Submit a task; its id. Told to try again, it does so once: the disk may have paused."""
        body, key = {"circuit": circuit, **fields}, {"Idempotency-Key": str(uuid.uuid4())}
        answer = httpx.post(f"{self.url}/tasks", json=body, headers=key, timeout=10)
        accepted = [201]
        if answer.status_code == 503:
            time.sleep(int(answer.headers["Retry-After"]))
            answer = httpx.post(f"{self.url}/tasks", json=body, headers=key, timeout=10)
            accepted = [200, 201]  # whether the first was stored is not known
        assert answer.status_code in accepted, answer.text
        return str(answer.json()["task_id"])

    def task(self, task_id: str) -> dict[str, Any]:
        """What GET /tasks/{id} says."""
        answer = httpx.get(f"{self.url}/tasks/{task_id}", timeout=10)
        if answer.status_code == 503:  # as in `submit`
            time.sleep(int(answer.headers["Retry-After"]))
            answer = httpx.get(f"{self.url}/tasks/{task_id}", timeout=10)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def ended(self, task_id: str, seconds: float = 60.0) -> dict[str, Any]:
        """The task, once it is completed or failed."""
        wait_until(lambda: self.task(task_id)["status"] in TERMINAL, "the task's end", seconds)
        return self.task(task_id)


class Worker(Process):
    """A worker with a ready file of its own beside its log."""

    def __init__(self, log: Path, **environment: str) -> None:
        self.ready_file = log.with_suffix(".ready")
        super().__init__(["worker.py"], {"READY_FILE": str(self.ready_file), **environment}, log)

    def ready(self) -> bool:
        return self.ready_file.exists()


@contextmanager
def running(*processes: Process) -> Iterator[None]:
    """Start the processes side by side, and stop them, whatever happens."""
    started = []
    try:
        for process in processes:
            process.start(wait=False)
            started.append(process)
        for process in started:
            process.wait_until_ready()
        yield
    finally:
        for process in started:
            process.stop()


def sql(query: str, *arguments: Any) -> list[asyncpg.Record]:
    """Ask the service's database."""

    async def ask() -> list[asyncpg.Record]:
        async with connect_to_database(Settings.load().database, SQL_SECONDS) as connection:
            return list(await connection.fetch(query, *arguments))

    return asyncio.run(ask())


def on_channel(ask: Callable[[Any], Any]) -> Any:
    """Call the coroutine function `ask` with a channel to the broker."""

    async def main() -> Any:
        async with await connect_to_broker(Settings.load().rabbitmq, 10) as connection:
            return await ask(await connection.channel())

    return asyncio.run(main())


def depth(queue: str) -> int:
    """How many messages wait in a queue; 0 if there is none."""

    async def ask(channel: Any) -> int:
        declared = await channel.declare_queue(queue, passive=True)
        return int(declared.declaration_result.message_count)

    try:
        return int(on_channel(ask))
    except ChannelNotFoundEntity:
        return 0
