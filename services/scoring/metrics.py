"""The metrics of scoring, each with its meaning and what to do when it moves. The runtime's own stand in shared/messaging."""

from prometheus_client import Counter, Gauge, Histogram

MARKS_WAITING = Gauge(
    "thidua_scoring_marks_waiting",
    "Marks that no computation has dealt with yet, those that wait for their plan or period among them. "
    "Growing without end: the scores worker is down or too slow; look at clusters_failing and the log's cluster-failed.",
)
OLDEST_MARK_SECONDS = Gauge(
    "thidua_scoring_oldest_mark_seconds",
    "Age of the oldest waiting mark. Some minutes with few marks: a report whose period was never opened here; "
    "with many: the worker does not keep up.",
)
CLUSTERS_FAILING = Gauge(
    "thidua_scoring_clusters_failing",
    "Clusters put aside because computing them raises. Any: read their reason in the log (cluster-failed) or in the table cluster_failure; "
    "their marks are kept and they are tried again.",
)
RANKINGS_DUE = Gauge(
    "thidua_scoring_rankings_due",
    "Rankings put off under load. Stays above zero on a quiet system: the scores worker is down.",
)
AWARDS_FLAGGED = Gauge(
    "thidua_scoring_awards_flagged",
    "Granted awards whose score moved afterwards. Any: the council has to look at them (GET /v1/proposals?state=granted).",
)
CLUSTERS_FAILED = Counter("thidua_scoring_cluster_failures", "Computations of a single cluster that raised. Rising: see clusters_failing.")
SCORES_COMPUTED = Counter(
    "thidua_scoring_scores_announced",
    "Scores announced, by kind. Voided ones rising without returns or withdrawals to explain them: look at the causes on the topic scores.",
    ["kind"],
)
RANKINGS_PUBLISHED = Counter(
    "thidua_scoring_rankings_published", "Rankings announced. Far below the scores: rankings are put off under load."
)
COMPUTE_SECONDS = Histogram(
    "thidua_scoring_compute_seconds",
    "Time of one transaction of the scores worker, over all its clusters. Growing: clusters are large or the database is slow.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
CLUSTERS_PER_STEP = Histogram(
    "thidua_scoring_clusters_per_step",
    "Clusters computed in one transaction. At its ceiling for long: there is a backlog.",
    buckets=(1, 2, 5, 10, 20, 50, 100),
)
PROPOSALS = Counter(
    "thidua_scoring_proposals",
    "What became of suggestions: proposed, withdrawn, and each stage that people led one to (received, returned, public-comment, voted, "
    "granted, published, refused, revoked). Many withdrawn ones: scores move after the close.",
    ["outcome"],
)
