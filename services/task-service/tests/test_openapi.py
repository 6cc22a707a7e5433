"""What the OpenAPI document allows, and much that it forbids, gets a documented answer."""

import re

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.core.failures import FailureGroup

from tests.processes import Api

OPERATIONS = [
    ("POST", "/tasks"),
    ("GET", "/tasks"),
    ("GET", "/tasks/{task_id}"),
    ("GET", "/health"),
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
]


def test_these_are_all_operations(api: Api) -> None:
    paths = httpx.get(f"{api.url}/openapi.json").json()["paths"]

    found = {(method.upper(), path) for path, item in paths.items() for method in item}
    assert found == set(OPERATIONS)


def test_the_page_that_shows_them_needs_no_other_server(api: Api) -> None:
    page = httpx.get(f"{api.url}/docs")
    assert page.status_code == 200

    linked = re.findall(r'(?:src|href)="([^"]*)"', page.text)
    assert len(linked) >= 3
    for path in linked:
        assert httpx.get(f"{api.url}{path}").status_code == 200


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.filterwarnings("ignore")  # schemathesis' own
def test_no_answer_is_undocumented(
    api: Api, method: str, path: str, mode: schemathesis.GenerationMode
) -> None:
    schema = schemathesis.openapi.from_url(f"{api.url}/openapi.json")
    operation = schema[path][method]
    statuses: set[int] = set()
    last = ""

    @settings(deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(operation.as_strategy(mode))
    def ask(case: schemathesis.Case) -> None:
        response = case.call(timeout=20)
        statuses.add(response.status_code)
        nonlocal last
        last = f"{case.query} {case.headers} {case.body!r}: {response.text}"
        case.validate_response(response)

    try:
        ask()
    except Unsatisfiable:
        pytest.skip("this operation takes nothing that could be wrong")
    except FailureGroup as failures:
        pytest.fail("\n".join([last, *map(repr, failures.exceptions)]))
    answered = statuses - {503}  # which is documented, and may come on a busy machine
    assert answered
    assert all(status < 500 for status in answered)
