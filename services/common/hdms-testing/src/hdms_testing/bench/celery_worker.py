"""A Celery application with Celery's own settings; as a program, its worker.

BENCH_BROKER: the URL of Redis. BENCH_QUEUE: the queue, which is the worker's name too.
"""

import os

from celery import Celery

from hdms_django.connectivity.celery import ECHO_TASK, echo

BROKER, QUEUE = "BENCH_BROKER", "BENCH_QUEUE"
# As the file-worker's (hdms/catalog.py), so that only the settings differ.
OPTIONS = ("--concurrency", "2", "--without-gossip", "--without-mingle", "--without-heartbeat")


def bare_app(broker: str, queue: str) -> Celery:
    """An application that knows of Redis and its queue, and nothing of Django."""
    # No fixups: Celery's for Django would come with our DJANGO_SETTINGS_MODULE.
    bare = Celery("bench", broker=broker, backend=broker, fixups=[], set_as_current=False)
    bare.conf.task_default_queue = queue
    bare.task(echo, name=ECHO_TASK)
    return bare


if __name__ == "__main__":
    name = os.environ[QUEUE]
    worker = ("worker", "--hostname", name, "--queues", name, "--loglevel", "ERROR")
    bare_app(os.environ[BROKER], name).worker_main([*worker, *OPTIONS])
