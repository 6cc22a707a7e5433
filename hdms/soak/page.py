"""The soak as one HTML page that needs nothing else."""

from datetime import datetime
from itertools import groupby
from pathlib import Path

from hdms.page import render
from hdms.soak.soak import Soak
from hdms.stack import Stack


def write(soak: Soak, stack: Stack) -> Path:
    """Write `.hdms/soak.html`, a plot for each quantity; return its path."""
    path = stack.state / "soak.html"
    text = render(
        Path(__file__).with_name("page.html"),
        soak=soak,
        plots=[(metric, [*series]) for metric, series in groupby(soak.series, lambda s: s.metric)],
        when=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
    )
    path.write_text(text, encoding="utf-8")
    return path
