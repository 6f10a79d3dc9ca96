"""Run Kafka, PostgreSQL and the three services on one machine that has Python and nothing else.

Promise: whatever is started here is stopped again, also after a failed start, a signal, or a supervisor that was killed.
"""
