"""The commands of HDMS: a table of contents. The work is done in `hdms/`."""

import os
import sys
from typing import Any

from invoke.collection import Collection

from hdms.commands import auth, env, events, infra, parser, service, services, trials
from hdms.commands.demo import demo
from hdms.commands.doctor import doctor
from hdms.commands.generate import generate
from hdms.commands.migrate import migrate
from hdms.commands.openapi import openapi
from hdms.commands.tests import test
from hdms.commands.verify import verification

if sys.getfilesystemencoding() != "utf-8":  # a locale must not decide which paths can be read
    again = [sys.executable, *sys.orig_argv[1:]]
    os.execve(sys.executable, again, {**os.environ, "PYTHONUTF8": "1"})  # noqa: S606 - itself
# Whoever closed them (`>&-`) wants to see nothing.
sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115, PTH123 - until the end
sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115, PTH123 - until the end

parser.extend()


def _collection(name: str, *tasks: Any, default: str | None = None) -> Collection:
    collection = Collection(name)
    for each in tasks:
        collection.add_task(each, default=each.name == default)
    return collection


namespace = Collection(
    _collection("env", env.init, env.sync, env.show, env.document),
    _collection("events", events.status, events.replay, events.rebuild),
    _collection(
        "infra", infra.up, infra.down, infra.status, infra.logs, infra.start, infra.stop,
        infra.restart, infra.psql, infra.redis,
    ),
    _collection("auth", auth.rotate),
    _collection("service", service.new),
    _collection(
        "services", services.up, services.down, services.status, services.logs, services.scale,
        services.update, services.manage,
    ),
    _collection(
        "verify",
        verification(None, "Prove every connection from inside every service."),
        verification("db", "Prove that each service reads and writes through PgBouncer."),
        verification("cache", "Prove each service's cache on Redis database 0."),
        verification("events", "Prove that an event takes effect once in each service."),
        verification("celery", "Prove a task's way through Redis database 2 and back."),
        verification("channels", "Prove WebSocket broadcast through Redis database 1."),
        verification("queue", "Prove a message's way through RabbitMQ, and that a worker waits."),
        verification("health", "Prove every health endpoint and every component's own probe."),
        default="all",
    ),
    migrate,
    demo,
    test,
    doctor,
    generate,
    openapi,
    trials.faults,
    trials.soak,
    trials.bench,
)  # fmt: skip
