"""The names of the queues in RabbitMQ."""


def queue_of(service: str) -> str:
    """The queue from which a service takes events."""
    return f"events.{service}"


def dead_letters_of(service: str) -> str:
    """The queue of the events that could take no effect in a service."""
    return f"{queue_of(service)}.dead"
