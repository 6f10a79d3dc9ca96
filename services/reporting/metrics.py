"""The figures of reporting, each with its meaning and what to do when it moves. No label can grow without bound."""

from prometheus_client import Counter, Gauge

# Reports judged, by the way they came and what became of them. A batch that had to be repeated after a fault is counted again.
# `rejected` rising: a sender sends what can not be taken; its receipts say what. `conflict` rising: a sender uses ids or versions twice.
VERDICTS = Counter("thidua_reporting_verdicts_total", "Reports judged, by channel and outcome.", ["channel", "outcome"])

# Members of all periods that are not closed. The three others never add up to more than it.
REPORTS_EXPECTED = Gauge("thidua_reporting_reports_expected", "Members of all periods that are not closed.")

# Low shortly before the due instant: remind the agencies.
REPORTS_ON_TIME = Gauge("thidua_reporting_reports_on_time", "Members whose report that counts came in time.")

# Rising after an outage of ours: extend the period, so that nobody pays for it.
REPORTS_LATE = Gauge("thidua_reporting_reports_late", "Members whose report that counts came after it was due.")

REPORTS_MISSING = Gauge("thidua_reporting_reports_missing", "Members without a report that counts.")

# Above 0 for long: a close waits for intake. Look at the lag of reporting.intake and at its dead letters.
PERIODS_CLOSING = Gauge("thidua_reporting_periods_closing", "Periods whose close was begun and is not finished.")
