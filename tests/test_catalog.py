import re

from hdms.catalog import SERVICES, component_names, process_names
from hdms.engines.embedded.configuration import TEMPLATES
from hdms.render import CONFIG
from hdms.stack import PROJECT


def test_every_service_has_its_folder_and_no_folder_is_unlisted() -> None:
    folders = {path.parent.parent.name for path in PROJECT.glob("services/*/src/manage.py")}

    assert folders == {service.name for service in SERVICES}


def test_the_provisioning_script_makes_exactly_the_services_roles() -> None:
    script = (CONFIG / "postgres" / "provision.sql").read_text()

    assert re.findall(r"^\\set role (\w+)", script, re.MULTILINE) == [s.role for s in SERVICES]
    assert re.findall(r"\\getenv password (\w+)", script) == [s.password_variable for s in SERVICES]


def test_every_component_has_its_templates() -> None:
    assert set(TEMPLATES) == set(component_names())


def test_names_are_unique() -> None:
    names = component_names() + process_names()

    assert len(names) == len(set(names))
