"""The campaign as one HTML page that needs nothing else."""

from datetime import datetime
from pathlib import Path

from hdms.faults.campaign import Campaign
from hdms.faults.incident import RECOVERY_LIMIT_SECONDS
from hdms.page import render
from hdms.stack import Stack


def write(campaign: Campaign, stack: Stack, *chosen: str) -> Path:
    """Write `.hdms/faults.html`, a timeline for each fault; return its path.

    Args:
        chosen: the part or kind that it was limited to; such a page has a name of its own.
    """
    path = stack.state / f"{'-'.join(('faults', *chosen))}.html"
    text = render(
        Path(__file__).with_name("page.html"),
        campaign=campaign,
        limit=RECOVERY_LIMIT_SECONDS,
        when=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
    )
    path.write_text(text, encoding="utf-8")
    return path
