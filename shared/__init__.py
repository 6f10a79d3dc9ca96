"""What the services share: a library that knows no service."""
