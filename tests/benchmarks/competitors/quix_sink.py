"""(e) quixstreams with the PostgreSQL sink that comes with it: rows are gathered and written when a checkpoint commits, each 500 records.

Promise: at least once, also for effects, which the sink folds by primary key. Announcements leave before their effects are there, so that a
reader may hear of what is not stored yet, or, after a crash, of what is stored later.
"""

from urllib.parse import urlsplit

from quixstreams import Application
from quixstreams.sinks.community.postgresql import PostgreSQLSink

from tests.benchmarks.assignment import SCHEMA, Assignment, assigned
from tests.benchmarks.work import Report, headers_of, totalled

CHECKPOINT_RECORDS = 500


def row_of(report: Report) -> dict[str, object]:
    """Lay a report out as the sink takes it."""
    facts = {"source": report.source, "id": report.id, "agency": report.agency, "period": report.period, "version": report.version}
    return {**facts, "total": report.total, "report": report.stored}


def sink_of(task: Assignment) -> PostgreSQLSink:
    """Make the sink for the table that is there."""
    url = urlsplit(task.url)
    return PostgreSQLSink(
        host=url.hostname or "",
        port=url.port or 0,
        dbname=url.path.strip("/"),
        user=url.username or "",
        password=url.password or "",
        table_name="effect",
        schema_name=SCHEMA,
        schema_auto_update=False,
        primary_key_columns=["source", "id"],
        upsert_on_primary_key=True,
        include_metadata=False,
    )


def main(task: Assignment) -> None:
    """Lay the stream out and run it."""
    application = Application(
        broker_address=task.bootstrap,
        consumer_group=task.group,
        auto_offset_reset="earliest",
        auto_create_topics=False,
        loglevel="WARNING",
        commit_every=CHECKPOINT_RECORDS,
    )
    heard = application.topic(task.heard, value_deserializer="json", key_deserializer="str")
    said = application.topic(task.said, value_serializer="bytes", key_serializer="str")
    stream = application.dataframe(heard).apply(Report.model_validate)
    announced = stream.set_headers(lambda report, _key, _timestamp, _headers: list(headers_of(report.id, report.agency).items()))
    announced.apply(totalled).to_topic(said)
    stream.apply(row_of).sink(sink_of(task))
    application.run()


if __name__ == "__main__":
    main(assigned())
