"""The environment of somebody who types `make`, also when the tests themselves were started by make."""

import os

OF_MAKE = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")


def outside_make() -> dict[str, str]:
    """Give our environment without what make hands down."""
    return {name: value for name, value in os.environ.items() if name not in OF_MAKE}
