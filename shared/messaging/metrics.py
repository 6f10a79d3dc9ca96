"""Every metric of the runtime, with its meaning and what to do when it moves. Labels are names of consumers and workers: few, and fixed."""

from prometheus_client import Counter, Gauge, Histogram

BATCH_RECORDS = Histogram(
    "thidua_consumer_batch_records",
    "Records in a polled batch. Always at the maximum: the consumer is behind; add a replica or look at its statements.",
    ["consumer"],
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500),
)
BATCH_SECONDS = Histogram(
    "thidua_consumer_batch_seconds",
    "From a batch's arrival to its committed offsets. Growing: look at the database first.",
    ["consumer"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30),
)
RECORDS = Counter(
    "thidua_consumer_records",
    "Records dealt with, by what became of them: applied, duplicate, dead-letter. Dead letters growing: `dead-letters list`.",
    ["consumer", "outcome"],
)
RETRIES = Counter(
    "thidua_consumer_retries",
    "Attempts that failed for a cause that passes. Growing without end: readiness names what is away.",
    ["consumer"],
)
HALVINGS = Counter(
    "thidua_consumer_halvings",
    "Sets halved in search of the record that makes them fail. Each search ends in a dead letter.",
    ["consumer"],
)
GIVEN_UP = Counter(
    "thidua_consumer_batches_given_up",
    "Batches left to another member because they did not end in time. Harmless, but growing means transactions are too slow.",
    ["consumer"],
)
COMMIT_FAILURES = Counter(
    "thidua_consumer_commit_failures",
    "Offsets that could not be committed. Harmless (the inbox knows), but growing means the group is not stable.",
    ["consumer"],
)
REBALANCES = Counter("thidua_consumer_rebalances", "Assignments received. More than a few an hour: members come and go.", ["consumer"])
LAG_RECORDS = Gauge(
    "thidua_consumer_lag_records", "Records on assigned partitions not yet dealt with. Growing: see batch size.", ["consumer"]
)
LAG_SECONDS = Gauge(
    "thidua_consumer_lag_seconds", "Age of the oldest record in hand, 0 when there is none. Alert on minutes.", ["consumer"]
)
BREAKER_OPEN = Gauge(
    "thidua_consumer_breaker_open",
    "1 when the consumer stopped itself because our own code fails: mend it, then `resume`. Always alert.",
    ["consumer"],
)
PARTITIONS_STUCK = Gauge(
    "thidua_consumer_partitions_stuck",
    "Partitions whose next record the client library can not decode: `consumers stuck` names it, `consumers skip` keeps it and goes on.",
    ["consumer"],
)
DEAD_LETTERS_OPEN = Gauge("thidua_dead_letters_open", "Dead letters that wait for a decision: `dead-letters list`.", ["consumer"])

OUTBOX_ROWS = Gauge("thidua_outbox_rows", "Announcements not yet acknowledged by Kafka. Growing: is the broker away, is a topic missing?")
OUTBOX_AGE_SECONDS = Gauge("thidua_outbox_age_seconds", "Age of the oldest announcement not yet acknowledged. Alert on minutes.")
RELAYED = Counter("thidua_relay_records", "Announcements acknowledged by all in-sync replicas.")
RELAY_FAILURES = Counter("thidua_relay_failures", "Sends that failed; the rows stay and are sent again.")
RELAY_SHARDS = Gauge("thidua_relay_shards", "Shards of the outbox that this process relays. The sum over all replicas is 16.")

WORKER_SECONDS = Histogram(
    "thidua_worker_step_seconds",
    "Time of one step of a worker.",
    ["worker"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30),
)
WORKER_FAILURES = Counter(
    "thidua_worker_failures", "Steps of a worker that raised. Growing: the log's `worker-failed` says why.", ["worker"]
)
PRUNED = Counter("thidua_pruned_rows", "Rows forgotten because their time was over.", ["table"])
