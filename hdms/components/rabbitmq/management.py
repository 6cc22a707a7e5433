"""RabbitMQ's management API: https://www.rabbitmq.com/docs/http-api-reference."""

import base64
import http.client
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from hdms.connections import SECONDS, Address
from hdms.errors import HdmsError

if TYPE_CHECKING:
    from hdms.environment.environment import Environment

MARK = "hdms"
"""The tag by which an account that this toolkit made is known."""
_TAGS = f"administrator,{MARK}"
_GUEST = "guest"


class Refused(HdmsError):
    """RabbitMQ answers, and does not accept the account."""


class Unreachable(HdmsError):
    """Nobody answers, or what answers is not RabbitMQ."""


@dataclass(frozen=True)
class Management:
    """The management API at an address, with an account."""

    address: Address
    user: str
    password: str = field(repr=False)

    @classmethod
    def of(cls, environment: "Environment", address: Address) -> "Management":
        """Return the API with the environment's account."""
        return cls(address, environment["RABBITMQ_USER"], environment["RABBITMQ_PASSWORD"])

    def get(self, path: str) -> Any:
        """Return what the API tells at a path below `/api/`.

        Raises:
            Refused: the account is not accepted.
            Unreachable: no answer, or none of RabbitMQ's.
        """
        return self._ask("GET", path)

    def put(self, path: str, content: dict[str, Any]) -> None:
        """Make or change something; raises as `get`."""
        self._ask("PUT", path, content)

    def post(self, path: str, content: dict[str, Any]) -> Any:
        """Ask for something to be done and return the answer; raises as `get`."""
        return self._ask("POST", path, content)

    def delete(self, path: str) -> None:
        """Delete something, which may be gone already; raises as `get`."""
        self._ask("DELETE", path)

    def set_account(self, user: str, password: str) -> None:
        """Make an account that may do everything, or give it this password; raises as `get`."""
        self.put(f"users/{quote(user, safe='')}", {"password": password, "tags": _TAGS})
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        # It may have been this account's own password.
        changed = Management(self.address, user, password)
        changed.put(f"permissions/%2F/{quote(user, safe='')}", everything)

    def delete_former_accounts(self) -> None:
        """Delete RabbitMQ's own `guest`, and accounts made for a former `RABBITMQ_USER`."""
        for account in self.get("users"):
            name, tags = str(account["name"]), account["tags"]
            is_ours = MARK in (tags.split(",") if isinstance(tags, str) else tags)
            if name != self.user and (is_ours or name == _GUEST):
                self.delete(f"users/{quote(name, safe='')}")

    def close_connections(self) -> None:
        """Hang up on every client; raises as `get`."""
        for connection in self.get("connections?columns=name"):
            self.delete(f"connections/{quote(connection['name'], safe='')}")

    def _ask(self, method: str, path: str, content: dict[str, Any] | None = None) -> Any:
        account = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        headers = {"Authorization": f"Basic {account}", "Content-Type": "application/json"}
        body = None if content is None else json.dumps(content)
        connection = http.client.HTTPConnection(*self.address, timeout=SECONDS)
        try:
            connection.request(method, f"/api/{path}", body, headers)
            response = connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(str(error) or type(error).__name__) from error
        finally:
            connection.close()
        if response.status in (401, 403):
            raise Refused(f"the management API refuses the account {self.user}")
        gone = response.status == 404 and method == "DELETE"
        if response.status >= 400 and not gone:
            asked = f"{method} /api/{path.split('?')[0]}"
            raise Unreachable(f"{asked}: status {response.status}{_reason(text)}")
        try:
            return json.loads(text) if text and method in ("GET", "POST") else None
        except ValueError as error:
            raise Unreachable("what answers is not RabbitMQ's management API") from error


def _reason(answer: bytes) -> str:
    """Return what an answer that is an error says for a reason, as the end of a sentence."""
    try:
        return f", {json.loads(answer)['reason']}"
    except (ValueError, KeyError, TypeError):
        return ""
