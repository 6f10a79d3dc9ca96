"""`make demo`: from a plan to awards in under a minute, through the services as they run in production.

Promise: it exits 0 only when every total equals the published one and three downstream systems hold the same award events.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from deploy.local.demo import council, ha_nam, papi, reopening, rules_seen
from deploy.local.demo.client import Addresses, Client, DemoFailed, open_client, wait_until
from deploy.local.demo.events import count_events, read_topics, write_lines
from deploy.local.demo.files import write_rankings
from deploy.local.demo.mailbox import Mailbox, open_mailbox
from deploy.local.demo.outcome import Outcome, Ranking, Step, read_score
from deploy.local.demo.page import write_page
from deploy.local.demo.sending import Intake, open_intake
from deploy.local.demo.subscribers import AWARD_TYPES, Received, kafka_subscriber, read_feed, webhook_subscriber
from deploy.local.demo.tables import open_console, print_outcome
from deploy.local.demo.timeline import timeline_of
from deploy.local.failure import run_main
from deploy.local.places import CHECKOUT
from deploy.local.ports import free_ports
from deploy.local.stack import LocalStack, Ports, local_stack
from shared.events import AWARDS, SOURCE_TOPICS, TOPICS
from shared.plan.document import read_plan
from shared.plan.types import Plan

ROLES = ("standing-body", "council", "observer", "operator")
SOURCES = (papi.SOURCE_HTTP, papi.SOURCE_KAFKA, ha_nam.SOURCE)
PAPI = CHECKOUT / "plans" / "papi.yaml"
HA_NAM = CHECKOUT / "plans" / "ha-nam-315.yaml"
PROPOSALS_PAPI = 5 * len(papi.YEARS)
AUDITED = ("reporting", "scoring")


@dataclass(frozen=True, slots=True, kw_only=True)
class Downstream:
    """The two subscribers that are pushed to; the third one pulls."""

    kafka: Received
    webhook: Received


def say(began: float, text: str) -> None:
    """Tell how far the demo is."""
    print(f"[{time.monotonic() - began:5.1f} s] {text}", flush=True)


def publish(stack: LocalStack) -> tuple[Plan, Plan]:
    """Publish one plan by the operator's command; the other one goes over HTTP."""
    stack.command("reporting", "publish", str(PAPI))
    return read_plan(PAPI.read_text("utf-8")), read_plan(HA_NAM.read_text("utf-8"))


async def publish_over_http(client: Client, plan: bytes) -> None:
    """Publish a plan as a standing body's own system would."""
    headers = {"Content-Type": "application/yaml"}
    response = await client.send("POST", "reporting", "/v1/movements", role="standing-body", headers=headers, content=plan)
    if not response.is_success:
        raise DemoFailed(f"publishing a plan was answered {response.status_code}: {response.text[:1_000]}")


async def add_contacts(client: Client, plan: Plan) -> None:
    """Tell where each unit gets its mail."""
    for agency in plan.agencies:
        body = {"email": f"{agency.code}@example.vn", "language": "vi"}
        await client.send("PUT", "notifications", f"/v1/contacts/{agency.code}", role="operator", json=body)


async def tell_stories(stack: LocalStack, client: Client, plans: tuple[Plan, Plan], hook_port: int, began: float) -> Outcome:
    """Run both movements at the same time, with the subscribers listening from the start."""
    papi_plan, ha_nam_plan = plans
    await publish_over_http(client, HA_NAM.read_bytes())
    await add_contacts(client, ha_nam_plan)
    async with (
        open_intake(stack.bootstrap) as intake,
        kafka_subscriber(stack.bootstrap) as from_kafka,
        webhook_subscriber(client, hook_port) as from_webhook,
    ):
        say(began, "Two movements are live; 630 PAPI reports and those of 12 units of Ha Nam go in over HTTP and Kafka …")
        seen = await run_movements(client, intake, papi_plan, ha_nam_plan)
        say(began, "All periods are closed and ranked; the council decides …")
        decided = await decide(client, papi_plan, ha_nam_plan)
        say(began, "Waiting until every subscriber has heard …")
        subscribers = await compare_subscribers(client, stack, Downstream(kafka=from_kafka, webhook=from_webhook))
    return await gather_outcome(stack, client, plans, replace(seen, steps=(*seen.steps, *decided)), subscribers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the two stories saw while they ran."""

    papi_rankings: tuple[Ranking, ...]
    ha_nam_rankings: tuple[Ranking, ...]
    steps: tuple[Step, ...]


async def run_movements(client: Client, intake: Intake, papi_plan: Plan, ha_nam_plan: Plan) -> Seen:
    """Run both stories to their final rankings, and hold PAPI's totals against the published ones."""
    papi_rankings, (ranked, steps) = await asyncio.gather(papi.run(client, intake, papi_plan), run_ha_nam(client, intake, ha_nam_plan))
    return Seen(papi_rankings=tuple(papi_rankings), ha_nam_rankings=tuple(ranked), steps=tuple(steps))


async def run_ha_nam(client: Client, intake: Intake, plan: Plan) -> tuple[list[Ranking], list[Step]]:
    """Run story B: reports, a close, what the rules make of it, a reopening by two people, and the close again."""
    story, steps = await ha_nam.begin(client, intake, plan)
    steps += [await rules_seen.not_applicable(story), await rules_seen.late_report(story)]
    await ha_nam.close(story)
    steps.append(await reopening.reopen_and_close(story))
    rankings = await reopening.final_rankings(story)
    return rankings, [*steps, rules_seen.tie(rankings), await rules_seen.barred_leader(story)]


async def decide(client: Client, papi_plan: Plan, ha_nam_plan: Plan) -> list[Step]:
    """Wait for what the rules propose, and let the council decide on Ha Nam's."""
    await council.wait_for_proposals(client, papi_plan, PROPOSALS_PAPI)
    proposals = await council.wait_for_proposals(client, ha_nam_plan, council.CERTIFICATES, rule=council.CERTIFICATE)
    return await council.decide(client, proposals, granted=ha_nam.KIM_BANG, refused=ha_nam.DUY_TIEN, revoked="ha-nam.so-tc")


async def compare_subscribers(client: Client, stack: LocalStack, downstream: Downstream) -> Mapping[str, tuple[str, ...]]:
    """Wait until all three hold what the topic holds; fail where they never do."""
    headers = [dict(record.headers) for record in await read_topics(stack.bootstrap, [AWARDS.name])]
    expected = {each["ce_id"].decode() for each in headers if each["ce_type"].decode() in AWARD_TYPES}
    held = {"Kafka consumer": downstream.kafka, "signed webhook": downstream.webhook}

    async def all_hold_it() -> dict[str, tuple[str, ...]] | None:
        held["feed (HTTP, cursor)"] = await read_feed(client)
        agree = all(set(each.ids) == expected for each in held.values())
        return {name: tuple(each.ids) for name, each in held.items()} if agree else None

    try:
        found: dict[str, tuple[str, ...]] = await wait_until(f"{len(expected)} award events at all three subscribers", all_hold_it)
    except DemoFailed as failure:
        counts = ", ".join(f"{name}: {len(each.ids)} and {each.refused} refused" for name, each in held.items())
        raise DemoFailed(f"{failure} ({counts})") from failure
    return found


async def gather_outcome(
    stack: LocalStack, client: Client, plans: tuple[Plan, Plan], seen: Seen, subscribers: Mapping[str, tuple[str, ...]]
) -> Outcome:
    """Read back all that is shown, and check it."""
    papi_plan, ha_nam_plan = plans
    comparison = papi.compare(seen.papi_rankings)
    if comparison.differing:
        raise DemoFailed(f"{len(comparison.differing)} totals differ from the published ones: {'; '.join(comparison.differing[:5])}")
    units = [row.agency for ranking in seen.ha_nam_rankings for row in ranking.rows]
    scores = {unit: await read_score(client, ha_nam_plan, ha_nam.PERIOD, unit) for unit in units}
    # Each service's record of acts is held against what was announced of it; one that was tampered with ends the demo.
    verifying = [asyncio.to_thread(stack.command, service, "audit", "verify") for service in AUDITED]
    records, *audits = await asyncio.gather(read_topics(stack.bootstrap, topic_names()), *verifying)
    write_lines(records, output() / "events.jsonl")
    return Outcome(
        papi=papi_plan,
        ha_nam=ha_nam_plan,
        papi_rankings=seen.papi_rankings,
        ha_nam_rankings=seen.ha_nam_rankings,
        scores={unit: score for unit, score in scores.items() if score is not None},
        steps=seen.steps,
        proposals=await council.read_proposals(client, plans[::-1]),
        subscribers=subscribers,
        events=count_events(records),
        timeline=timeline_of(records, ha_nam_plan.movement, seen.steps[0].agency),
        compared=comparison.compared,
        without_total=comparison.without_total,
        audits=tuple(line for audit in audits for line in audit.splitlines() if line),
    )


def topic_names() -> list[str]:
    """Name every topic of the demo."""
    return [topic.name for topic in TOPICS] + [topic.named(source) for topic in SOURCE_TOPICS for source in SOURCES]


def output() -> Path:
    """Make the folder that the demo writes to."""
    folder = CHECKOUT / "build" / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


async def run(stack: LocalStack, keys: Mapping[str, str], plans: tuple[Plan, Plan], hook_port: int, began: float) -> Outcome:
    """Run the demo on a stack that is ready."""
    async with open_client(Addresses(**stack.urls), keys) as client:
        return await tell_stories(stack, client, plans, hook_port, began)


def show(outcome: Outcome, mailbox: Mailbox) -> None:
    """Print the tables and write the files."""
    console = open_console()
    print_outcome(console, outcome)
    recipients = {recipient for recipient, _ in mailbox.letters}
    console.print(f"{len(mailbox.letters)} letters went out by SMTP to {len(recipients)} units.")
    write_rankings([*outcome.papi_rankings, *outcome.ha_nam_rankings], output())
    write_page(outcome, output() / "index.html")


def main() -> int:
    """Start the stack, run both movements, show what happened."""
    argparse.ArgumentParser(prog="make demo", description="Run two movements through the real services.").parse_args()
    began = time.monotonic()
    say(began, "Starting Kafka, PostgreSQL and the three services …")
    hook_port, mail_port = free_ports(2)
    settings = {
        "NOTIFICATIONS_WEBHOOK_ALLOW_PRIVATE": "true",
        "NOTIFICATIONS_SMTP_URL": f"smtp://127.0.0.1:{mail_port}",
        # A close waits as long as a request may take; nobody in the demo wants to wait the usual ten seconds.
        "REPORTING_HTTP_TIMEOUT_SECONDS": "4",
    }
    with open_mailbox(mail_port) as mailbox, local_stack("demo", ports=Ports.free(), settings=settings) as stack:
        say(began, "Making keys and sources, publishing the plans …")
        keys = stack.add_keys(roles=ROLES, sources=SOURCES)
        plans = publish(stack)
        outcome = asyncio.run(run(stack, keys, plans, hook_port, began))
    show(outcome, mailbox)
    say(began, f"Done. Look at {(output() / 'index.html').relative_to(CHECKOUT)}, rankings/*.csv and events.jsonl beside it.")
    return 0


if __name__ == "__main__":
    sys.exit(run_main(main))
