"""The program `inv`: Invoke, and silent from the start where Ctrl-C comes while it loads."""

from hdms.interruption import end_without_a_word

end_without_a_word()


def main() -> None:
    """Run the commands of tasks.py."""
    from invoke.main import program

    program.run()
