"""`inv bench`, whole."""

from conftest import Whole

from hdms import report
from hdms.bench import table
from hdms.bench.measure import KINDS, run


def test_every_layer_is_measured_beside_its_bare_driver(whole: Whole) -> None:
    found = run(whole.engine, whole.environment, KINDS, report.announce)

    table.print_bench(found, [])
    assert {row.name.split(",")[0] for row in found.rows} >= {"db", "cache", "celery", "websocket"}
