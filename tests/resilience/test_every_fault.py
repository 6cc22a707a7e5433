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
    assert campaign.passed
