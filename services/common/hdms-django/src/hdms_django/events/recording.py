"""Events are recorded in the transaction of the change that they tell of."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction

from hdms_common.request_id import request_id
from hdms_django.events import look_again, origin

if TYPE_CHECKING:
    from hdms_django.events.models import Event


def record(
    type: str,
    subject: tuple[str, int | str],
    *,
    by: int | None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
    schema: int = 1,
) -> "Event":
    """Record an event, which the worker then sends to whoever listens to its type.

    Two events of one subject are sent in their order if whoever records them holds the lock of the
    subject's row, as every change does.

    Args:
        type: what happened, in the past tense: "person.deactivated".
        subject: to which object: its kind and its id.
        by: the id of the person who did it; None if it happened by itself.
        before: what has changed, as it was; JSON.
        after: the same as it is now, or all that others need to know.
        reason: why, in that person's words.
        schema: the version of what `after` holds; who knows only older ones refuses it.

    Raises:
        TransactionManagementError: outside of a transaction.
    """
    (event,) = record_all(
        [
            {
                "type": type,
                "subject": subject,
                "by": by,
                "before": before,
                "after": after,
                "reason": reason,
                "schema": schema,
            }
        ]
    )
    return event


def record_all(told: Iterable[Mapping[str, Any]]) -> "list[Event]":
    """Record many events with few statements.

    Args:
        told: the arguments of `record` for each, by their names.

    Raises:
        TransactionManagementError: outside of a transaction.
    """
    from hdms_django.events.models import Event  # the apps are loaded by now

    events = [_event(**each) for each in told]
    if not transaction.get_connection().in_atomic_block:
        types = ", ".join(sorted({event.type for event in events}))
        raise transaction.TransactionManagementError(
            f"{types} is recorded outside of a transaction: the change could be lost without it"
        )
    Event.objects.bulk_create(events, batch_size=500)
    transaction.on_commit(look_again.say, robust=True)
    return events


def _event(type: str, subject: tuple[str, int | str], **told: Any) -> "Event":
    from hdms_django.events.models import Event

    kind, identity = subject
    return Event(
        type=type,
        subject_kind=kind,
        subject_id=str(identity),
        request_id=request_id.get(),
        address=origin.address.get(),
        **told,
    )
