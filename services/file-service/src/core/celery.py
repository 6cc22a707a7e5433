"""The Celery application: `celery --app core worker`."""

import os
from typing import Any

from celery import Celery, bootsteps, signals
from django.db import connections

from core.consumer import ListenAgain
from hdms_common.ready_file import BEAT_SECONDS, ReadyFile
from hdms_django import task_request_id  # noqa: F401 - importing it is enough
from hdms_django.connectivity.celery import ECHO_TASK, echo
from hdms_django.startup import check_dependencies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings.dev")

ENQUEUE_PENDING = "apps.files.tasks.enqueue_pending"
SWEEP = "apps.files.tasks.sweep"
SWEEP_SECONDS = 3600
TAKE_UP_SECONDS = 15

app = Celery("file-service")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.task(echo, name=ECHO_TASK, ignore_result=False)


class TakeUpPending(bootsteps.StartStopStep):
    """Enqueues what is pending: all when the worker has connected to Redis, then what is left over.

    So that nothing waits forever that was uploaded while Redis took no task.
    """

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, consumer: Any) -> None:
        app.send_task(ENQUEUE_PENDING)
        self._timer = consumer.timer.call_repeatedly(
            TAKE_UP_SECONDS, app.send_task, (ENQUEUE_PENDING, (TAKE_UP_SECONDS,))
        )

    def stop(self, consumer: Any) -> None:
        self._timer.cancel()


class Sweep(bootsteps.StartStopStep):
    """Has what a crash left behind deleted: now, and every hour."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, consumer: Any) -> None:
        app.send_task(SWEEP)
        self._timer = consumer.timer.call_repeatedly(SWEEP_SECONDS, app.send_task, (SWEEP,))

    def stop(self, consumer: Any) -> None:
        self._timer.cancel()


class Ready(bootsteps.StartStopStep):
    """READY_FILE is there, and touched, as long as the worker takes tasks: not without Redis."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, consumer: Any) -> None:
        _ready_file.make()
        self._timer = consumer.timer.call_repeatedly(BEAT_SECONDS, _ready_file.beat)

    def stop(self, consumer: Any) -> None:
        self._timer.cancel()
        _ready_file.remove()


app.steps["consumer"].update((TakeUpPending, Sweep, ListenAgain, Ready))
_ready_file = ReadyFile.from_environment()


@signals.setup_logging.connect
def _keep_django_logging(**_: object) -> None:
    """That somebody handles this signal keeps Celery from replacing LOGGING with its own."""


@signals.task_postrun.connect
def _give_back_connection(**_: object) -> None:
    """As at the end of a request: see CELERY_DB_REUSE_MAX."""
    for connection in connections.all(initialized_only=True):
        connection.close()


@signals.worker_init.connect
def _starting(**_: object) -> None:
    check_dependencies()


@signals.worker_shutting_down.connect
def _not_ready(**_: object) -> None:
    _ready_file.remove()
