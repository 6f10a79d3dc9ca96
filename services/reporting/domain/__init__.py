"""The rules of reporting, as pure functions of values: what a report must be, whose it is, when a period takes it, which version counts."""
