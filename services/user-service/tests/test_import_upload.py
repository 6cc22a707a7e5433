"""POST /api/people/imports/ to the service's own web server"""

import json
import socket

from apps.accounts.models import User
from apps.identity.issuing import issue
from hdms_django.identity import Role

GIB = 2**30


def test_a_file_of_a_gibibyte_is_refused_before_it_is_there(
    committed: None, web_server: str
) -> None:
    ada = User.objects.create_user("ada", "ada@example.com", role=Role.ADMIN)
    token = issue(ada)
    host, port = web_server.split(":")
    head = (
        "POST /api/people/imports/?kind=people HTTP/1.1",
        f"Host: {web_server}",
        f"Authorization: Bearer {token}",
        "Content-Type: text/csv",
        f"Content-Length: {GIB}",
        "Connection: close",
    )
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(("\r\n".join(head) + "\r\n\r\n").encode())
        answer = connection.makefile("rb").read().decode()

    status, _, body = answer.partition("\r\n\r\n")
    assert " 413 " in status.splitlines()[0]
    assert json.loads(body)["detail"] == "A file has 5 MiB at most; send it in parts."
