"""What can be away, and what a circuit can be told."""


class Unavailable(Exception):
    """A dependency is away: the client is told to come back (503), the worker waits."""

    dependency = ""


class DatabaseUnavailable(Unavailable):
    """PostgreSQL, or PgBouncer in front of it, did not answer or lacks our tables."""

    dependency = "database"


class QueueUnavailable(Unavailable):
    """RabbitMQ did not answer, or has not confirmed a message in time."""

    dependency = "queue"


class CircuitRefused(Exception):
    """The circuit cannot be run; the message is for its author."""


class CircuitTooSlow(CircuitRefused):
    """The circuit ran for longer than the limit."""


class SimulatorDied(Exception):
    """The child process ended while it ran a circuit: the circuit's fault, or the machine's."""
