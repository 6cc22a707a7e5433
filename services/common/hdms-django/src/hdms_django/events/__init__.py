"""What services tell each other: each event is stored with the change it tells of, and sent later.

`record` in the transaction of a change; `effect` for what another service makes of it.
"""

from hdms_django.events.effects import Received, Unusable, effect
from hdms_django.events.recording import record, record_all

__all__ = ["Received", "Unusable", "effect", "record", "record_all"]
