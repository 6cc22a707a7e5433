"""POST /api/people/imports/?kind=people, .../lines/, .../commit/"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.imports import people, services
from apps.imports.models import Import
from apps.people.models import Department
from apps.people.services import departments, persons
from hdms_django.events.models import Event
from hdms_django.identity import Role

URL = "/api/people/imports/"
SignedIn = Callable[[User], APIClient]
HEADER = "employee_code,email,first_name,role,departments\r\n"


def upload(client: APIClient, content: bytes | str, kind: str = "people") -> Any:
    body = content.encode() if isinstance(content, str) else content
    return client.post(f"{URL}?kind={kind}", body, content_type="text/csv")


def lines(client: APIClient, made: Any) -> list[dict[str, Any]]:
    found = client.get(f"{URL}{made.json()['id']}/lines/").json()["results"]
    assert isinstance(found, list)
    return found


def commit(client: APIClient, made: Any, **how: bool) -> Any:
    return client.post(f"{URL}{made.json()['id']}/commit/", how)


def faults(client: APIClient, made: Any) -> list[tuple[int, int, str]]:
    """Line, column and the column's name of each fault."""
    found = [*made.json()["faults"]]
    found += [fault for line in lines(client, made) for fault in line["faults"]]
    return [(fault["line"], fault["column"], fault["name"]) for fault in found]


def test_a_preview_shows_what_each_line_would_do_and_changes_nothing(
    admin: User, alice: User, bob: User, finance: Department, signed_in: SignedIn
) -> None:
    client = signed_in(admin)
    content = (
        f"{HEADER}E-1,one@example.com,Ali,,FIN\r\n"
        "ALICE,alice@example.com,Alice,analyst,\r\n"
        "bob,,,moderator,\r\n"
        "E-2,none,,,\r\n"
    )

    made = upload(client, content)

    assert made.status_code == 201
    assert made.json()["counts"] == {"make": 1, "change": 1, "same": 1, "fault": 1}
    told = {line["line"]: (line["outcome"], line["changes"]) for line in lines(client, made)}
    assert told[2] == (
        "make",
        {
            "employee_code": [None, "E-1"],
            "email": [None, "one@example.com"],
            "first_name": [None, "Ali"],
            "departments": [None, ["FIN"]],
        },
    )
    assert told[3] == (
        "change",
        {"first_name": ["", "Alice"], "role": ["requester", "analyst"]},
    )
    assert told[4] == ("same", {})
    assert faults(client, made) == [(5, 2, "email")]
    assert not User.objects.filter(employee_code="E-1").exists()
    alice.refresh_from_db()
    assert (alice.role, alice.version) == (Role.REQUESTER, 1)


def test_a_commit_does_it_with_an_event_for_each_and_a_second_time_nothing(
    admin: User, alice: User, finance: Department, signed_in: SignedIn
) -> None:
    client = signed_in(admin)
    content = f"{HEADER}E-1,one@example.com,Ali,,fin\r\nalice,,Alice,analyst,FIN\r\n"

    done = commit(client, upload(client, content))

    assert (done.status_code, done.json()["state"], done.json()["progress"]) == (
        200,
        "committed",
        100,
    )
    one = User.objects.get(employee_code="E-1")
    alice.refresh_from_db()
    assert [d.code for d in one.departments.all()] == ["FIN"]
    assert not one.has_usable_password()
    assert (alice.first_name, alice.role, alice.version) == ("Alice", "analyst", 2)
    made, changed = (
        Event.objects.filter(subject_kind="person", subject_id=str(pk)).latest("position")
        for pk in (one.pk, alice.pk)
    )
    assert (made.type, made.by, made.after["departments"]) == (
        "person.registered",
        admin.pk,
        [finance.pk],
    )
    assert (changed.type, changed.before) == (
        "person.changed",
        {"first_name": "", "name": "alice", "role": "requester", "departments": []},
    )
    before = Event.objects.count()

    again = upload(client, content)

    assert again.json()["counts"] == {"make": 0, "change": 0, "same": 2, "fault": 0}
    commit(client, again)
    assert Event.objects.count() == before


def test_with_a_fault_it_is_all_or_nothing_or_only_the_good_lines(
    admin: User, signed_in: SignedIn
) -> None:
    client = signed_in(admin)
    made = upload(client, f"{HEADER}E-1,one@example.com,,,\r\nE-2,none,,,\r\n")

    refused = commit(client, made)

    assert (refused.status_code, list(refused.json()["errors"])) == (409, ["line 3, column 2"])
    assert not User.objects.filter(employee_code="E-1").exists()

    assert commit(client, made, only_good=True).status_code == 200
    assert User.objects.filter(employee_code="E-1").exists()
    assert not User.objects.filter(employee_code="E-2").exists()
    assert commit(client, made, only_good=True).status_code == 409  # it has happened


def test_what_has_changed_since_the_preview_counts(
    admin: User, finance: Department, signed_in: SignedIn
) -> None:
    client = signed_in(admin)
    made = upload(client, f"{HEADER}E-1,one@example.com,,,FIN\r\n")
    departments.change(finance.pk, {"is_open": False}, by=admin.pk)

    refused = commit(client, made)

    assert (refused.status_code, list(refused.json()["errors"])) == (409, ["line 2, column 5"])
    assert not User.objects.filter(employee_code="E-1").exists()


NAME = "\u0639\u0644\u06cc"  # Ali, in Urdu


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_files_come_in_the_forms_that_programs_write(
    admin: User, signed_in: SignedIn, encoding: str, delimiter: str, end: str
) -> None:
    client = signed_in(admin)
    rows = [["employee_code", "email", "first_name"], ["E-1", "one@example.com", NAME]]
    content = "".join(delimiter.join(row) + end for row in rows).encode(encoding)

    made = upload(client, content)

    (line,) = lines(client, made)
    assert (line["outcome"], line["cells"]) == ("make", ["E-1", "one@example.com", NAME])
    assert made.json()["delimiter"] == delimiter


def test_what_is_no_utf_8_is_windows_1252(admin: User, signed_in: SignedIn) -> None:
    client = signed_in(admin)
    content = f"{HEADER}E-1,one@example.com,J\u00fcrgen \u0152,,\r\n".encode("cp1252")

    (line,) = lines(client, upload(client, content))

    assert line["changes"]["first_name"] == [None, "J\u00fcrgen \u0152"]


def test_a_line_break_in_quotes_does_not_shift_the_numbers_of_lines(
    admin: User, signed_in: SignedIn
) -> None:
    client = signed_in(admin)
    content = f'{HEADER}E-1,one@example.com,"two\nlines",,\r\n\r\nE-2,none,,,\r\n'

    assert faults(client, upload(client, content)) == [(2, 3, "first_name"), (5, 2, "email")]


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (f"{HEADER}E-1,one@example.com,nul\0,,\r\n", (2, 3, "first_name")),
        (f"{HEADER}E-1,one@example.com,=1+1,,\r\n", (2, 3, "first_name")),
        (f"{HEADER}E-1,one@example.com,@SUM(A1),,\r\n", (2, 3, "first_name")),
        (f"{HEADER}E-1,one@example.com,{'n' * 200},,\r\n", (2, 3, "first_name")),
        (f"{HEADER}E-1,one@example.com,,owner,\r\n", (2, 4, "role")),
        (f"{HEADER}E-1,one@example.com,,,NONE\r\n", (2, 5, "departments")),
        (f"{HEADER}E-1,,,,\r\n", (2, 2, "email")),
        (f"{HEADER},one@example.com,,,\r\n", (2, 1, "employee_code")),
        (f"{HEADER}E-1,BOB@example.com,,,\r\n", (2, 2, "email")),
        (f"{HEADER}E-1,a@example.com,,,\r\n\uff25-1,,,,\r\n", (3, 1, "employee_code")),
        (f"{HEADER}E-1,a@example.com,,,\r\nE-2,A@example.com,,,\r\n", (3, 2, "email")),
        (f"{HEADER}ada,,,requester,\r\n", (2, 4, "role")),
        (f"{HEADER}E-1,one@example.com\r\n", (2, 3, "")),
        (f"{HEADER}E-1,one@example.com,,,,,\r\n", (2, 6, "")),
        ("employee_code,salary\r\nE-1,1\r\n", (1, 2, "")),
        ("employee_code,email,email\r\nE-1,a,b\r\n", (1, 3, "")),
        ("email\r\none@example.com\r\n", (1, 0, "")),
        (",".join(f"c{n}" for n in range(10_000)), (1, 51, "")),
        (f"{HEADER}E-1,{',' * 10_000}\r\n", (2, 51, "")),
        (f'{HEADER}E-1,"unclosed,,,\r\n', (2, 0, "")),
        (f"{HEADER}E-1,{'x' * 200_000},,,\r\n", (2, 0, "")),
        (b"employee_code\nE-1\nE-\x81\n", (3, 0, "")),
        (b"\xff\xfee\x00m\x00p", (1, 0, "")),
        ("", (1, 0, "")),
    ],
)
def test_a_fault_names_line_and_column_and_nothing_changes(
    admin: User, bob: User, signed_in: SignedIn, content: str | bytes, where: tuple[int, int, str]
) -> None:
    client = signed_in(admin)
    before = set(User.objects.values_list("employee_code", "role"))

    made = upload(client, content)

    assert made.status_code == 201
    assert where in faults(client, made)
    assert commit(client, made).status_code == 409
    assert set(User.objects.values_list("employee_code", "role")) == before


def test_a_file_that_is_too_large_is_refused(admin: User, signed_in: SignedIn) -> None:
    assert upload(signed_in(admin), b"x" * (5 * 2**20 + 1)).status_code == 413


def test_a_deactivated_head_leaves_the_department_without_one(
    admin: User, alice: User, finance: Department, signed_in: SignedIn
) -> None:
    departments.change(finance.pk, {"head": alice.pk}, by=admin.pk)
    client = signed_in(admin)

    commit(client, upload(client, "employee_code,is_active\r\nalice,no\r\n"))

    finance.refresh_from_db()
    assert finance.head is None
    event = Event.objects.filter(subject_kind="person").latest("position")
    assert (event.type, event.before) == (
        "person.deactivated",
        {"is_active": True, "heads": [finance.pk]},
    )


def test_who_leaves_a_department_by_import_heads_it_no_longer(
    admin: User, alice: User, finance: Department, signed_in: SignedIn
) -> None:
    departments.make({"code": "IT", "name": "IT"}, by=admin.pk)
    departments.change(finance.pk, {"head": alice.pk}, by=admin.pk)
    client = signed_in(admin)

    commit(client, upload(client, "employee_code,departments\r\nalice,IT\r\n"))

    finance.refresh_from_db()
    assert (finance.head, [d.code for d in alice.departments.all()]) == (None, ["IT"])


def test_only_administrators_import_and_export(alice: User, bob: User, signed_in: SignedIn) -> None:
    for person in (alice, bob):
        client = signed_in(person)
        assert upload(client, HEADER).status_code == 403
        assert client.post(f"{URL}1/commit/").status_code == 403
        assert client.get(f"{URL}1/lines/").status_code == 403
        assert client.get("/api/people/export/").status_code == 403


def test_an_export_imports_again_and_changes_nothing(
    admin: User, finance: Department, signed_in: SignedIn
) -> None:
    client = signed_in(admin)
    persons.register(
        "E-1",
        "one@example.com",
        first_name="=cmd|'/c calc'!A1",
        last_name="'-quoted",
        phone="+92 21 1234567",
        departments=[finance.pk],
    )

    exported = client.get("/api/people/export/", headers={"Accept": "text/csv"})

    assert exported["Content-Type"] == "text/csv; charset=utf-8"
    text = exported.content.decode("utf-8-sig")
    assert "'=cmd" in text
    assert "'+92" in text
    again = upload(client, exported.content)
    assert again.json()["counts"] == {"make": 0, "change": 0, "same": 2, "fault": 0}


def test_how_far_a_commit_has_come_is_told(
    admin: User, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(admin)
    made = upload(client, HEADER + "".join(f"P{n},p{n}@example.com,,,\r\n" for n in range(4)))
    seen = []
    carry_out = people.carry_out

    def watched(*arguments: Any, **options: Any) -> None:
        seen.append(services.progress(Import.objects.get(pk=made.json()["id"])))
        carry_out(*arguments, **options)

    monkeypatch.setattr(people, "carry_out", watched)
    monkeypatch.setattr(services, "BATCH", 1)

    commit(client, made)

    assert seen == [0, 25, 50, 75]


def test_what_was_uploaded_is_kept_for_a_week(admin: User, signed_in: SignedIn) -> None:
    client = signed_in(admin)
    made = upload(client, HEADER)
    Import.objects.update(at=timezone.now() - services.KEPT)

    upload(client, HEADER)

    assert client.get(f"{URL}{made.json()['id']}/").status_code == 404


def test_five_thousand_lines_take_as_few_statements_as_a_few_a_batch(
    admin: User, finance: Department, signed_in: SignedIn
) -> None:
    client = signed_in(admin)
    content = HEADER + "".join(
        f"P{n:04},p{n}@example.com,Person {n},requester,FIN\r\n" for n in range(5_000)
    )

    with CaptureQueriesContext(connection) as uploading:
        made = upload(client, content)
    with CaptureQueriesContext(connection) as committing:
        done = commit(client, made)

    assert done.json()["counts"]["make"] == 5_000
    assert User.objects.filter(departments=finance).count() == 5_000
    assert Event.objects.filter(type="person.registered", by=admin.pk).count() >= 5_000
    assert len(uploading) < 50
    assert len(committing) < 300
