"""Events are recorded in the transaction of the change that they tell of."""

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
    from hdms_django.events.models import Event  # the apps are loaded by now

    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError(
            f"{type} is recorded outside of a transaction: the change could be lost without it"
        )
    kind, identity = subject
    event = Event.objects.create(
        type=type,
        schema=schema,
        subject_kind=kind,
        subject_id=str(identity),
        by=by,
        before=before,
        after=after,
        reason=reason,
        request_id=request_id.get(),
        address=origin.address.get(),
    )
    transaction.on_commit(look_again.say, robust=True)
    return event
