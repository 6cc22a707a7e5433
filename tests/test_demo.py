"""`inv demo`, as far as the toolkit decides; what it registers is user-service's test_demo.py."""

import json

import pytest
from conftest import Edit

from hdms import demo
from hdms.catalog import component_names
from hdms.engines.fake import FakeEngine
from hdms.environment.validation import load
from hdms.errors import InvalidInput
from hdms.process import Completed
from hdms.stack import Stack

ANN = {"kind": "administrator", "code": "E1", "name": "Ann", "password": "secret"}


@pytest.fixture
def production(stack: Stack, edit: Edit) -> FakeEngine:
    edit(stack.root_env, "HDMS_ENVIRONMENT", "production")
    return FakeEngine(stack)


def test_it_tells_where_and_as_whom_one_signs_in(stack: Stack) -> None:
    engine, environment = FakeEngine(stack), load(stack)
    engine.up(environment, component_names(), print)
    told = json.dumps({"registered": 1, "sign_ins": [ANN]})
    engine.answers[demo.OWNER] = Completed(0, told, "")

    found = demo.fill(engine, environment, print, if_empty=False)

    assert found.address == "http://{}:{}".format(*engine.address(environment, "frontend-service"))
    assert (found.registered, found.sign_ins) == (1, (demo.SignIn(**ANN),))


def test_production_is_refused_before_anything_is_asked(
    stack: Stack, production: FakeEngine
) -> None:
    with pytest.raises(InvalidInput, match="production"):
        demo.fill(production, load(stack), print, if_empty=False)
    assert production.commands == []


def test_the_first_command_leaves_production_as_it_is(stack: Stack, production: FakeEngine) -> None:
    assert demo.fill(production, load(stack), print, if_empty=True).sign_ins == ()
    assert production.commands == []
