"""The toolkit's own short-lived connections to a stack's components and services."""

import http.client
import os

SECONDS = 5
Address = tuple[str, int]


def shown(address: Address) -> str:
    """Return an address as people write it."""
    return f"{address[0]}:{address[1]}"


def forget_libpq_variables() -> None:
    """Remove PGOPTIONS, PGSSLMODE and the like, set for another server, from this process."""
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]


def http_get(address: Address, path: str, timeout: float = SECONDS) -> tuple[int, bytes]:
    """Return the status and body of a GET request.

    Args:
        timeout: seconds.

    Raises:
        OSError: no connection, or no answer in time.
        http.client.HTTPException: the answer is not HTTP.
    """
    connection = http.client.HTTPConnection(*address, timeout=timeout)
    try:
        # A container's address is no host name that a service answers to.
        connection.request("GET", path, headers={"Host": "localhost"})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()
