"""The demo: a whole movement on real input through the real services."""
