"""What HTTP is watched by. Paths are route templates, so that nobody can make labels without end."""

from prometheus_client import Counter, Gauge, Histogram

# Grows with every answer. A rising share of status 5xx is ours to mend; of 401 or 403, somebody's key is wrong or being tried out.
REQUESTS = Counter("thidua_http_requests_total", "Requests answered, by route template, method and status.", ["route", "method", "status"])

# Time from the first byte of the request to the last of the answer. When p99 nears the time limit, look at the database pool first.
SECONDS = Histogram(
    "thidua_http_request_seconds",
    "Time to answer a request, by route template.",
    ["route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)

# Requests being served now. At the limit (HTTP_CONCURRENCY) further ones get 503 too-busy: raise it, or add a replica.
IN_PROGRESS = Gauge("thidua_http_requests_in_progress", "Requests being served at this moment.")

# Who was refused, by code. A burst of access-key-unknown from one place is somebody guessing.
DENIED = Counter("thidua_http_denied_total", "Requests refused by access rules, by code.", ["code"])

# Connections of the pool in use and open. In use at the size for long: statements are slow, or the pool is too small.
POOL_USED = Gauge("thidua_database_pool_used", "Connections of the pool in use.")
POOL_OPEN = Gauge("thidua_database_pool_open", "Connections of the pool that are open.")

# 1 for each part that is down; the same names as in /health/ready. Alert when it stays for minutes.
DOWN = Gauge("thidua_part_down", "1 while a part of the service is down.", ["part"])
