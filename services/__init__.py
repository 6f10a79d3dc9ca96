"""The three services: reporting, scoring and notifications. They share events, never tables, code or calls."""
