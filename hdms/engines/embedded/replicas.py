"""A process of which several run side by side: each is a program of its own for supervisord."""


def programs_of(name: str, count: int) -> list[str]:
    """Return the names of a unit's programs; the first has the unit's name."""
    return [name, *(f"{name}.{number}" for number in range(2, count + 1))]


def unit_of(program: str) -> str:
    """Return the component or process that a program belongs to."""
    return program.partition(".")[0]


def stand_in_of(name: str) -> str:
    """Return the program that serves in the place of a web process while that starts anew."""
    return f"{name}.0"


def is_stand_in(program: str) -> bool:
    """Return whether this program is only there for a while."""
    return program.endswith(".0")
