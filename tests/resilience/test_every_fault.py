"""`inv faults`, whole."""

from conftest import Whole

from hdms import report
from hdms.faults.campaign import run
from hdms.faults.kinds import faults


def test_no_fault_loses_what_was_acknowledged_and_all_recover_in_time(whole: Whole) -> None:
    campaign = run(whole.engine, whole.environment, faults(), report.announce)

    report.print_campaign(campaign)
    assert [(i.part, i.fault) for i in campaign.incidents] == faults()
    assert set(campaign.acknowledged) == {
        "ticket-service",
        "chat",
        "file-service",
        "tasks",
        "circuits",
    }
    assert not any([*campaign.lost.values(), *campaign.strays.values()]), campaign.failures
    # The machine may have been busy with something else; twice in a row it is us.
    late = [(i.part, i.fault) for i in campaign.incidents if not i.in_time]
    again = run(whole.engine, whole.environment, late, report.announce) if late else campaign
    assert again.passed, [*campaign.failures, *again.failures]
