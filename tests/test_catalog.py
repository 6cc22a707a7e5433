import re

import pytest

from hdms.catalog import (
    DJANGO,
    FRONTEND,
    SERVICES,
    WEB_SERVICES,
    component_names,
    find_own_service,
    find_service,
    process_names,
    service_of,
)
from hdms.engines.embedded.configuration import TEMPLATES
from hdms.errors import InvalidInput
from hdms.render import CONFIG
from hdms.stack import PROJECT


def test_every_service_has_its_folder_and_no_folder_is_unlisted() -> None:
    services = {path.parent.name for path in PROJECT.glob("services/*/requirements.txt")}
    with_django = {path.parent.parent.name for path in PROJECT.glob("services/*/src/manage.py")}

    assert services == {service.name for service in SERVICES}
    assert with_django == {s.name for s in SERVICES if s.framework is DJANGO}
    assert (PROJECT / "services" / FRONTEND.name / "Dockerfile").exists()


def test_the_provisioning_script_makes_exactly_the_services_roles() -> None:
    script = (CONFIG / "postgres" / "provision.sql").read_text()

    assert re.findall(r"^\\set role (\w+)", script, re.MULTILINE) == [s.role for s in SERVICES]
    assert re.findall(r"\\getenv password (\w+)", script) == [s.password_variable for s in SERVICES]


def test_every_component_has_its_templates() -> None:
    assert set(TEMPLATES) == set(component_names())


def test_every_process_is_of_a_service_that_is_found_by_its_name() -> None:
    owners = {service_of(name) for name in process_names()}

    assert owners == set(WEB_SERVICES)
    assert {find_service(service.name) for service in owners} == owners
    assert find_service("frontend") == FRONTEND


def test_what_the_frontend_lacks_is_refused_with_the_services_that_have_it() -> None:
    assert find_own_service("user").name == "user-service"
    with pytest.raises(InvalidInput, match="is nginx") as refused:
        find_own_service("frontend")

    assert "user-service" in refused.value.hint


def test_names_are_unique() -> None:
    names = component_names() + process_names()

    assert len(names) == len(set(names))
