"""(d) quixstreams, a StreamingDataFrame as its documentation teaches it, that stores in a callback: one commit a message.

Promise: at least once. A second delivery has no second effect (unique key) and a second announcement; the checkpoint that commits
offsets waits for the announcements, but nothing joins an announcement to its effect.
"""

import psycopg2
from quixstreams import Application

from tests.benchmarks.assignment import SCHEMA, Assignment, assigned
from tests.benchmarks.work import Report, headers_of, totalled

STORE = "INSERT INTO effect VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"


def main(task: Assignment) -> None:
    """Lay the stream out and run it."""
    database = psycopg2.connect(task.url, options=f"-c search_path={SCHEMA}")
    application = Application(
        broker_address=task.bootstrap, consumer_group=task.group, auto_offset_reset="earliest", auto_create_topics=False, loglevel="WARNING"
    )
    heard = application.topic(task.heard, value_deserializer="json", key_deserializer="str")
    said = application.topic(task.said, value_serializer="bytes", key_serializer="str")

    def store(report: Report) -> None:
        facts = (report.source, report.id, report.agency, report.period, report.version, report.total, report.stored)
        with database, database.cursor() as cursor:
            cursor.execute(STORE, facts)

    stream = application.dataframe(heard).apply(Report.model_validate)
    stream = stream.update(store)
    stream = stream.set_headers(lambda report, _key, _timestamp, _headers: list(headers_of(report.id, report.agency).items()))
    stream = stream.apply(totalled)
    stream.to_topic(said)
    application.run()


if __name__ == "__main__":
    main(assigned())
