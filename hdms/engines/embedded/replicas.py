"""A process of which several run side by side: each is a program of its own for supervisord."""


def programs_of(name: str, count: int) -> list[str]:
    """Return the names of a unit's programs; the first has the unit's name."""
    return [name, *(f"{name}.{number}" for number in range(2, count + 1))]


def unit_of(program: str) -> str:
    """Return the component or process that a program belongs to."""
    return program.partition(".")[0]
