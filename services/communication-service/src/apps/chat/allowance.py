"""What one person may take of a chat that all share."""

import asyncio
import time

SOCKETS = 20
MESSAGES_A_SECOND = 20.0
MESSAGES_AT_ONCE = 60.0


class Allowance:
    """One person's: open sockets, and a bucket of messages that fills again."""

    def __init__(self) -> None:
        self.sockets = 0
        self._messages = MESSAGES_AT_ONCE
        self._counted = time.monotonic()

    def may_speak(self) -> bool:
        """Take one message from the bucket, if there is one."""
        now = time.monotonic()
        filled = self._messages + (now - self._counted) * MESSAGES_A_SECOND
        self._messages, self._counted = min(filled, MESSAGES_AT_ONCE), now
        if self._messages < 1:
            return False
        self._messages -= 1
        return True


class Allowances:
    """Everybody's, by the person's id; counted by this process, so that no outage lifts them."""

    def __init__(self) -> None:
        self._of: dict[int, Allowance] = {}

    def open_socket(self, person: int) -> Allowance | None:
        """Count another socket; None if the person has as many as one may."""
        allowance = self._of.setdefault(person, Allowance())
        if allowance.sockets >= SOCKETS:
            return None
        allowance.sockets += 1
        return allowance

    def close_socket(self, person: int) -> None:
        """Count a socket less. Forgets the person only once the bucket is full again."""
        self._of[person].sockets -= 1
        filled = MESSAGES_AT_ONCE / MESSAGES_A_SECOND
        asyncio.get_running_loop().call_later(filled, self._forget, person)

    def _forget(self, person: int) -> None:
        if person in self._of and self._of[person].sockets == 0:
            del self._of[person]
