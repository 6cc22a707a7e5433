"""The load of `inv faults` and `inv soak`: one client for each service, the chat and the tasks."""

import secrets
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from filelock import FileLock, Timeout

from hdms.catalog import POSTGRES
from hdms.components.postgres import database
from hdms.connections import Address
from hdms.engines.base import Engine
from hdms.environment.environment import Environment
from hdms.errors import HdmsError, TimedOut
from hdms.load.chat import Chat
from hdms.load.stream import Refused, Stream
from hdms.load.user import REQUEST_SECONDS, User
from hdms.stack import Stack
from hdms.wait import wait_until

# The worker may still be busy with the last files.
TASKS_SECONDS = 60.0
ADDRESS_SECONDS = 0.5

WITHOUT_A_WAY_IN = ("task-service", "circuits")  # its API is not behind the front door
STORED = {
    "ticket-service": "SELECT subject FROM ticket_service.tickets_ticket WHERE subject LIKE %s",
    "chat": "SELECT body FROM communication_service.chat_message WHERE body LIKE %s",
    "file-service": "SELECT name FROM file_service.files_storedfile"
    " WHERE name LIKE %s AND status = 'available'",
    "circuits": "SELECT idempotency_key FROM task_service.tasks"
    " WHERE idempotency_key LIKE %s AND current_status = 'completed'",
}
STORED["tasks"] = STORED["file-service"]


@dataclass(frozen=True)
class Load:
    """The clients of one run.

    Attributes:
        mark: what everything that they write begins with.
    """

    mark: str
    streams: tuple[Stream, ...]

    def lost(self, engine: Engine, environment: Environment) -> dict[str, list[str]]:
        """Return stream -> acknowledged writes that are not stored, or whose task never ran."""

        def missing() -> dict[str, list[str]]:
            with database(environment, POSTGRES.address(engine, environment)) as db:
                stored = {
                    name: {row[0] for row in db.execute(query, (f"{self.mark}%",))}
                    for name, query in STORED.items()
                }
            return {
                stream.name: sorted({*stream.acknowledged} - stored[stream.name])
                for stream in self.streams
                if stream.name in stored
            }

        with suppress(TimedOut):  # the caller sees which
            wait_until(lambda: not any(missing().values()), "tasks", TASKS_SECONDS, pause=0.2)
        return missing()


@contextmanager
def alone(stack: Stack) -> Iterator[None]:
    """Let one load at a time be on a stack: each would measure the other's faults.

    A signal to end is as Ctrl-C: what was broken is mended first.
    """
    former = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        with FileLock(stack.state / "load.lock", timeout=0):
            for number in former:
                signal.signal(number, signal.default_int_handler)
            yield
    except Timeout:
        raise HdmsError(
            "another inv faults or inv soak is at work on this stack",
            "wait for its end, or find it with: pgrep -af inv",
        ) from None
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


@contextmanager
def steady_load(
    engine: Engine, environment: Environment, through: str | None = None
) -> Iterator[Load]:
    """Send requests to every service until the end of the context.

    Each request also counts in the cache, where the services keep how often a user asks.

    Args:
        through: the service at whose address all others are asked: the front door, and only what
            has a way through it.

    Raises:
        HdmsError: another load is on this stack, or the user in whose name all is done could not
            be made.
    """
    with alone(engine.stack), _clients(engine, environment, through) as load:
        yield load


@contextmanager
def _clients(engine: Engine, environment: Environment, through: str | None) -> Iterator[Load]:
    mark = f"load-{secrets.token_hex(6)}"

    known: dict[str, tuple[float, Address]] = {}

    def address(service: str) -> Address:
        # Docker is asked for a container's address; not for every request.
        asked, found = known.get(service, (-ADDRESS_SECONDS, ("", 0)))
        if time.monotonic() - asked >= ADDRESS_SECONDS:
            found = engine.address(environment, through or service)
            known[service] = time.monotonic(), found
        return found

    user = User(mark, address, through=through is not None)
    chat = Chat(mark, user, lambda: address("communication-service"))

    def open_ticket(number: int) -> str:
        subject = f"{mark} {number}"
        user.post("ticket-service", "/api/tickets/", {"subject": subject, "description": "load"})
        return subject

    def store_file(number: int) -> str:
        name = f"{mark}-{number}.txt"
        user.upload(name)
        return name

    def have_a_task_done(number: int) -> str:
        name = f"{mark}-task-{number}.txt"
        identity, begin = user.upload(name), time.monotonic()
        while user.get("file-service", f"/api/files/{identity}/")["status"] == "pending":
            if time.monotonic() - begin > REQUEST_SECONDS:
                raise Refused("the task is still pending")
            time.sleep(0.05)
        return name

    def have_a_circuit_run(number: int) -> str:
        key = f"{mark}-{number}"
        identity, begin = user.submit("bell", key), time.monotonic()
        while user.get("task-service", f"/tasks/{identity}")["status"] != "completed":
            if time.monotonic() - begin > REQUEST_SECONDS:
                raise Refused("the circuit has not run", acknowledged=key)
            time.sleep(0.05)
        return key

    def read(service: str, path: str) -> Stream:
        def request(_number: int) -> None:
            user.get(service, path)

        return Stream(service, request)

    streams: tuple[Stream, ...] = (
        read("user-service", "/api/accounts/me"),
        Stream("ticket-service", open_ticket),
        read("communication-service", f"/api/chat/rooms/{mark}/messages"),
        Stream("chat", lambda number: chat.say(f"{mark} {number}")),
        Stream("file-service", store_file),
        Stream("tasks", have_a_task_done),
        read("task-service", "/tasks?limit=1"),
        Stream("circuits", have_a_circuit_run),
        read("frontend-service", "/api/accounts/me"),
    )
    if through:
        streams = tuple(s for s in streams if s.name not in WITHOUT_A_WAY_IN)
    ended = threading.Event()
    threads = [threading.Thread(target=stream.run, args=(ended,)) for stream in streams]
    for thread in threads:
        thread.start()
    try:
        yield Load(mark, streams)
    finally:
        ended.set()
        for thread in threads:
            thread.join()
        chat.leave()
