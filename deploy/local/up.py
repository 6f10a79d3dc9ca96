"""`make up`: the whole stack in the foreground until Ctrl-C, with an address and a key for everything.

Promise: what it prints can be used at once; when it returns, whatever the cause, nothing that it started still runs.
"""

import os
import sys
import time

from deploy.local.failure import SetupFailed, Terminated, run_main
from deploy.local.stack import LocalStack, Ports, local_stack

ROLES = ("standing-body", "council", "observer", "operator")
SOURCE = "demo"
LABELS = {SOURCE: f"source {SOURCE}"}
LOOK_SECONDS = 1.0


def name_of(ports: Ports) -> str:
    """Give each set of ports a run folder of its own, so that two stacks can run from one checkout."""
    return f"up-{ports.services['reporting']}"


def show(stack: LocalStack) -> None:
    """Print each address and a key for each role."""
    print("\nThe stack is running. Ctrl-C stops it; nothing is kept.\n")
    print(f"  Kafka          {stack.bootstrap}")
    print(f"  PostgreSQL     {stack.database.owner_url}")
    for name, url in stack.urls.items():
        print(f"  {name:<14} {url}  (metrics {url}/metrics, documentation {url}/openapi.json)")
    print("\nKeys for trying it (header `Authorization: Bearer KEY`), one a role:\n")
    for role, key in stack.add_keys(roles=ROLES, sources=[SOURCE]).items():
        print(f"  {LABELS.get(role, role):<14} {key}")
    print(f"\nLogs: {stack.logs}\n", flush=True)


def watch(stack: LocalStack) -> None:
    """Wait until somebody stops us; a part that ends by itself is an error. Under make, the end of make is the end of this too."""
    parent = os.getppid()
    while True:
        time.sleep(LOOK_SECONDS)
        dead = stack.dead_parts()
        if dead:
            raise SetupFailed(f"{dead[0]} has ended by itself: {stack.last_words(dead[0])} (all of it: {stack.logs}); all else is stopped")
        if "MAKELEVEL" in os.environ and os.getppid() != parent:
            raise Terminated


def main() -> int:
    """Start the stack, show it, and wait."""
    began = time.monotonic()
    print("Starting Kafka, PostgreSQL and the three services …", flush=True)
    ports = Ports.standing(os.environ)
    with local_stack(name_of(ports), ports=ports) as stack:
        show(stack)
        print(f"Ready after {time.monotonic() - began:.0f} s.", flush=True)
        watch(stack)
    return 0


if __name__ == "__main__":
    sys.exit(run_main(main))
