"""The operator's commands, on a real broker and database, as processes: each says what it did, and what keeps it from working."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer

from deploy.local.database import Database, create, drop
from tests.conftest import fresh_name
from tests.services.reporting.stage import PLAN

SECONDS_MAX = 100


@dataclass(frozen=True, kw_only=True)
class Commands:
    """Runs commands with the settings of a database and a broker."""

    environment: dict[str, str]

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one."""
        command = [sys.executable, "-m", "services.reporting", *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=SECONDS_MAX)


@pytest.fixture
def commands(migrated_database: Database, kafka_bootstrap: str) -> Iterator[Commands]:
    """Commands on a fresh copy of the migrated database."""
    copy = replace(migrated_database, name=fresh_name())
    create(copy.address, copy.name, template=migrated_database.name)
    own = {"REPORTING_DATABASE_URL": copy.url("reporting"), "REPORTING_KAFKA_BOOTSTRAP": kafka_bootstrap, "REPORTING_HTTP_PORT": "8101"}
    yield Commands(environment={**os.environ, **own})
    drop(copy.address, copy.name)


async def test_an_operator_publishes_a_plan_and_adds_a_source_with_its_topics(
    commands: Commands, tmp_path: Path, kafka_bootstrap: str
) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN, encoding="utf-8")
    assert "thi-dua: version 1 published" in commands("publish", str(path)).stdout
    assert "was published before" in commands("publish", str(path)).stdout
    name = fresh_name().replace("_", "-")
    added = commands("sources", "add", name, "--agencies", "ha-nam")
    assert added.returncode == 0, added.stderr
    assert added.stdout.strip().splitlines()[-1].startswith("thidua_")
    async with AIOKafkaConsumer(bootstrap_servers=kafka_bootstrap) as consumer:
        assert {f"intake.{name}", f"receipts.{name}"} <= await consumer.topics()
    assert "has a key already" in commands("sources", "add", name).stdout
    assert commands("sources", "map", name, "--code", "H42", "--agency", "ha-nam.phu-ly").stdout == f"{name}: H42 is ha-nam.phu-ly\n"


def test_what_can_not_be_done_is_said_in_one_sentence(commands: Commands, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("movement: [", encoding="utf-8")
    refused = commands("publish", str(wrong))
    assert (refused.returncode, "plan-invalid" in refused.stderr, "Traceback" in refused.stderr) == (1, True, False)
    assert "source-unknown" in commands("keys", "add", "--role", "source", "--source", "nobody", "--name", "x").stderr
    assert "letters" in commands("sources", "add", "has space").stderr
    key = commands("keys", "add", "--role", "observer", "--name", "o", "--key", "my-own-key-of-some-length")
    assert key.stdout.strip() == "my-own-key-of-some-length"
    assert "1 revoked" in commands("keys", "revoke", "--name", "o").stdout
