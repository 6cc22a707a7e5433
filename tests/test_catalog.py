import re

import pytest
import yaml

from hdms.catalog import (
    COMPONENTS,
    FRONTEND,
    SERVICES,
    WEB_SERVICES,
    component_names,
    find_own_service,
    find_service,
    process_names,
    service_of,
)
from hdms.components.postgres.provisioning import provision_input
from hdms.environment.validation import load
from hdms.errors import InvalidInput
from hdms.service import DJANGO
from hdms.stack import CONFIG, PROJECT, Stack


def test_every_service_has_its_folder_and_no_folder_is_unlisted() -> None:
    services = {path.parent.name for path in PROJECT.glob("services/*-service/pyproject.toml")}
    with_django = {
        path.parent.parent.name for path in PROJECT.glob("services/*-service/src/manage.py")
    }

    assert services == {service.name for service in SERVICES}
    assert with_django == {s.name for s in SERVICES if s.framework is DJANGO}
    assert (PROJECT / "services" / FRONTEND.name / "Dockerfile").exists()


def test_provisioning_makes_exactly_the_services_roles(stack: Stack) -> None:
    environment = load(stack)
    read = provision_input(environment, CONFIG / "postgres")

    assert re.findall(r"^\\set role '(\w+)'", read, re.MULTILINE) == [s.role for s in SERVICES]
    assert re.findall(r"^\\set password '(.+)'", read, re.MULTILINE) == [
        environment[service.password_variable] for service in SERVICES
    ]
    assert read.count("service_role.sql") == len(SERVICES)


@pytest.mark.parametrize("name", ["postgres", "pgbouncer"])
def test_what_makes_the_roles_in_containers_has_every_services_password(name: str) -> None:
    compose = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
    secrets = compose["services"][name]["secrets"]

    # Both take /run/secrets/*_SERVICE_DB_PASSWORD.
    assert [s for s in secrets if s.endswith("_SERVICE_DB_PASSWORD")] == [
        service.password_variable for service in SERVICES
    ]
    for service in SERVICES:
        assert service.password_variable == f"{service.role.upper()}_DB_PASSWORD"


def test_every_component_has_its_templates() -> None:
    for component in COMPONENTS:
        templates = component.embedded.templates
        assert templates
        assert all((CONFIG / template).is_file() for template in templates)


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
