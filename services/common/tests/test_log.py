"""The log's lines."""

import logging

from hdms_common.log import LineFormatter


def test_a_message_of_several_lines_becomes_one() -> None:
    record = logging.LogRecord("name", logging.ERROR, "", 0, "failed:\n- refused", (), None)

    assert LineFormatter("%(message)s").format(record) == "failed: | - refused"
