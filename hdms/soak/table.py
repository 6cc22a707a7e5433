"""What a soak showed, as tables for people."""

from hdms.report import print_table, say
from hdms.soak.growth import Growth
from hdms.soak.soak import Soak


def print_soak(soak: Soak) -> None:
    """Print latencies, what was used, the faults, and what would become of 24 hours."""
    print_table(
        (
            "client",
            "requests",
            "failed",
            "astray",
            "p50 ms",
            "p95 ms",
            "p99 ms",
            "longest ms",
            "lost",
        ),
        [
            (
                *(a.stream, str(a.requests), str(a.failed), str(a.strays), str(a.p50)),
                *(str(a.p95), str(a.p99)),
                *(str(a.longest), str(len(soak.lost[a.stream])) if a.stream in soak.lost else ""),
            )
            for a in soak.latencies
        ],
    )
    say("")
    print_table(
        ("what", "whose", "typical", "highest", "in 24 hours", "limit"),
        [
            (
                *(g.metric.partition(",")[0], g.subject, _amount(g, g.typical)),
                *(_amount(g, g.highest), _amount(g, g.in_a_day), _amount(g, g.limit)),
            )
            for g in soak.growths
        ],
    )
    say("")
    for i in soak.incidents:
        noticed = [m.stream for m in i.measured if m.noticed is not None]
        say(
            f"{i.part}: {i.fault}: away {i.away:.2f} s, recovered {i.recovered:.2f} s later, "
            f"noticed by {', '.join(noticed) or 'nobody'}"
        )
    exceeded = [f"{g.metric} of {g.subject}" for g in soak.growths if not g.holds]
    if exceeded:
        say(f"24 hours would not hold: {'; '.join(exceeded)}.")
    elif soak.judged:
        say("24 hours would hold: at the growth measured, everything stays within its limits.")
        unknown = [f"{g.metric} of {g.subject}" for g in soak.growths if g.in_a_day is None]
        if unknown:
            say(f"Too often restarted, or too rarely seen, to be judged: {'; '.join(unknown)}.")
    else:
        say("Too short to say anything of 24 hours.")


def _amount(growth: Growth, value: float | None) -> str:
    if value is None:
        return "?"
    return f"{value / 2**20:.0f} MiB" if growth.metric.startswith("memory") else f"{value:.0f}"
