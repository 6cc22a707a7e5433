"""What would make a start fail is found before anything is started."""

from collections.abc import Sequence

from hdms.app import APP, PAGE
from hdms.catalog import (
    FRONTEND,
    component_names,
    components_among,
    process_names,
)
from hdms.engines.embedded import frontend
from hdms.engines.embedded.account import components_account, require_passage
from hdms.engines.embedded.layout import Layout
from hdms.engines.host import ports_wanted
from hdms.engines.starting import require_components
from hdms.environment.environment import Environment
from hdms.ports import require_all_free
from hdms.stack import PROJECT


def require_possible(
    layout: Layout, environment: Environment, names: Sequence[str], running: set[str]
) -> None:
    """Check that these can be started: what they need, folders, data, programs, ports.

    Raises:
        HdmsError: they cannot.
    """
    require_components(names, running)
    account = components_account()
    require_passage(layout.run, account, layout.stack.home)
    for component in components_among(names):
        component.embedded.require_possible(layout)
    if FRONTEND.name in names:
        frontend.nginx()
        require_passage(APP / PAGE, account, PROJECT)
    units = (*component_names(), *process_names())
    now = [name for name in names if name not in running]
    later = [name for name in units if name not in {*running, *names}]
    require_all_free(ports_wanted(environment, now), ports_wanted(environment, later))
