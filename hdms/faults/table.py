"""A campaign as tables for people."""

from hdms.faults.campaign import Campaign
from hdms.report import counted, print_table, say


def print_campaign(campaign: Campaign) -> None:
    """Print what each client saw of each fault, in seconds, and the work that was lost."""
    headings = ("part", "fault", "away", "client", "noticed", "failed", "longest", "recovered")
    rows = []
    for i in campaign.incidents:
        what = (i.part, i.fault, f"{i.away:.2f} s")
        noticed = [m for m in i.measured if m.noticed is not None]
        rows += [
            (
                *(*what, m.stream, f"{m.noticed:.2f} s", str(m.failed)),
                *(f"{m.longest:.2f} s", f"{m.recovered:.2f} s"),
            )
            for m in noticed
        ]
        if not noticed:
            longest = max(m.longest for m in i.measured)
            row = (*what, "none", "", "0", f"{longest:.2f} s", f"{i.recovered:.2f} s")
            rows.append(row)
    print_table(headings, rows)
    unseen = sum(all(m.noticed is None for m in i.measured) for i in campaign.incidents)
    say(f"\n{counted(len(campaign.incidents), 'fault')}; in {unseen} no request failed.")
    for stream, names in campaign.lost.items():
        count = campaign.acknowledged.get(stream, 0)
        say(f"{stream}: {counted(count, 'write')} acknowledged, {len(names)} lost")
    slowest = max(campaign.incidents, key=lambda i: i.recovered)
    say(f"Slowest recovery: {slowest.recovered:.2f} s, {slowest.part}: {slowest.fault}.")
    say(f"What was written stays; it begins with {campaign.mark}.")
    for left_out in campaign.not_shown:
        say(f"not shown: {left_out}")
    for failure in campaign.failures:
        say(f"FAILED {failure}")
