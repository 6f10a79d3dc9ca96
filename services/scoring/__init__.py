"""Scoring: turns verified reports into scores that explain themselves, rankings and award proposals."""
