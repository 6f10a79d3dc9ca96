"""Tells agencies and councils, and serves downstream systems that do not speak Kafka."""
