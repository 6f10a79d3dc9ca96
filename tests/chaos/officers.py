"""Officers under chaos: the standing body closes periods while reports still come in, the council decides on what is proposed,
and an operator gives out keys and takes them back.

Each asks until it is answered, as a person would press the button again; what a second press answers does not matter.
"""

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from deploy.local.failure import SetupFailed
from deploy.local.stack import LocalStack
from tests.chaos.load import MOVEMENT, Load

PAUSE_SECONDS = 1.0
KEY_PAUSE_SECONDS = 15.0
CLOSE_REASON = {"reason": "Chốt số liệu theo kế hoạch."}
REFUSAL = {"outcome": "refused", "reason_class": "dossier-incomplete", "reason": "Hồ sơ thiếu biên bản họp hội đồng."}
REVOCATION = {"ground": "false-papers", "reason": "Giấy tờ không đúng sự thật."}


def authorised(load: Load, role: str) -> dict[str, str]:
    """Show the key of a role."""
    return {"Authorization": f"Bearer {load.keys[role]}"}


async def close_and_decide(load: Load, periods: Sequence[str], seed: str) -> None:
    """Close one period after the other, and decide on whatever the rules propose, until told to stop."""
    dice, closing = random.Random(seed), list(periods)
    while not load.stopping.is_set():
        if closing and dice.random() < 0.3:
            await close(load, closing.pop(0))
        for proposal in await proposals(load, "proposed"):
            await decide(load, proposal, dice)
        for proposal in [each for each in await proposals(load, "granted") if dice.random() < 0.02]:
            await load.asked(f"{load.scoring}/v1/proposals/{proposal['proposal']}/revocation", authorised(load, "council"), json=REVOCATION)
        await asyncio.sleep(PAUSE_SECONDS)


async def close(load: Load, period: str) -> None:
    """Begin to close a period; a worker of reporting ends it when all that was handed in before is read."""
    url = f"{load.reporting}/v1/movements/{MOVEMENT}/periods/{period}/close"
    await load.asked(url, authorised(load, "standing-body"), json=CLOSE_REASON)


async def proposals(load: Load, state: str) -> list[dict[str, Any]]:
    """List the suggestions in a state."""
    url = f"{load.scoring}/v1/proposals"
    answer = await load.asked(url, authorised(load, "council"), method="GET", params={"movement": MOVEMENT, "state": state})
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def decide(load: Load, proposal: dict[str, Any], dice: random.Random) -> None:
    """Grant or refuse on the score that the suggestion stands on."""
    body = {"outcome": "granted"} if dice.random() < 0.6 else REFUSAL
    seen = {"score_revision": proposal["score_revision"]}
    await load.asked(f"{load.scoring}/v1/proposals/{proposal['proposal']}/decision", authorised(load, "council"), json={**body, **seen})


async def change_keys(load: Load, stack: LocalStack) -> None:
    """Give out one key after the other and take the one before back; a command that meets a fault fails, and the next one follows."""
    number = 0
    while not load.stopping.is_set():
        number += 1
        with suppress(SetupFailed):
            await asyncio.to_thread(stack.command, "reporting", "keys", "add", "--role", "observer", "--name", f"chaos-{number}")
            await asyncio.to_thread(stack.command, "reporting", "keys", "revoke", "--name", f"chaos-{number - 1}")
        with suppress(TimeoutError):
            await asyncio.wait_for(load.stopping.wait(), KEY_PAUSE_SECONDS)
