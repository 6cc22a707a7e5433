"""A believable organisation in a development system, and who to sign in as."""

from collections.abc import Sequence
from dataclasses import dataclass

from hdms.catalog import FRONTEND
from hdms.engines.base import Announce, Engine
from hdms.environment.environment import Environment
from hdms.errors import InvalidInput
from hdms.manage import ask

OWNER = "user-service"
SECONDS = 120.0


@dataclass(frozen=True)
class SignIn:
    """One person of a kind.

    Attributes:
        password: None where it is not the demo's any more.
    """

    kind: str
    code: str
    name: str
    password: str | None


@dataclass(frozen=True)
class Demo:
    """What there is now.

    Attributes:
        address: of the front door, for a browser.
        registered: how many people are new.
        sign_ins: one person of each kind.
    """

    address: str
    registered: int
    sign_ins: Sequence[SignIn]


def fill(engine: Engine, environment: Environment, announce: Announce, *, if_empty: bool) -> Demo:
    """Register who of the demo is missing.

    Args:
        if_empty: leave a production system, and one in which others are registered, as it is.

    Raises:
        InvalidInput: it is a production system.
        HdmsError: user-service is not migrated, or its database is away.
    """
    host, port = engine.address(environment, FRONTEND.name)
    address = f"http://{host}:{port}"
    if environment.in_production:
        if if_empty:
            return Demo(address, 0, ())
        raise InvalidInput(
            "this is a production system: the demo's people would be let in",
            "inv services.manage user createsuperuser makes the first administrator",
        )
    engine.prepare([OWNER], announce)
    announce("registering the demo's people")
    words = ["demo", *(["--if-empty"] if if_empty else [])]
    told = ask(engine, environment, OWNER, words, SECONDS)
    sign_ins = tuple(SignIn(**each) for each in told["sign_ins"])
    return Demo(address, told["registered"], sign_ins)
