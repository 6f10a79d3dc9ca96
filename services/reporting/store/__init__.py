"""Rows ↔ values of the domain. Every statement stands in sql/queries.sql; those who write pass an open transaction's connection."""
