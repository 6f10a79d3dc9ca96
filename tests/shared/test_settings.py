"""A wrong setting is named with its value and what is allowed; a secret is never shown."""

import pytest
from pydantic_settings import SettingsConfigDict

from shared.settings import LogLevel, ServiceSettings, SettingsWrong, load_settings


class ScoringSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="SCORING_")

    batch_size: int = 10


RIGHT = {
    "SCORING_DATABASE_URL": "postgresql://scoring:hidden@db/thidua",
    "SCORING_KAFKA_BOOTSTRAP": "one:9092,two:9092",
    "SCORING_HTTP_PORT": "8102",
}


def wrong(**changed: str) -> list[str]:
    with pytest.raises(SettingsWrong) as caught:
        load_settings(ScoringSettings, {**RIGHT, **changed})
    return caught.value.sentences


def test_settings_are_read_from_the_environment_that_is_given() -> None:
    settings = load_settings(ScoringSettings, {**RIGHT, "SCORING_LOG_LEVEL": "debug", "PATH": "/bin", "REPORTING_X": "1"})
    assert settings.http_port == 8102
    assert settings.log_level is LogLevel.DEBUG
    assert settings.http_host == "127.0.0.1"


def test_an_empty_variable_is_as_good_as_none() -> None:
    assert load_settings(ScoringSettings, {**RIGHT, "SCORING_KAFKA_USERNAME": ""}).kafka_username is None


def test_every_missing_variable_is_named_with_its_meaning() -> None:
    with pytest.raises(SettingsWrong) as caught:
        load_settings(ScoringSettings, {})
    assert [sentence.split(" is missing: ")[0] for sentence in caught.value.sentences] == sorted(RIGHT, key=list(RIGHT).index)


@pytest.mark.parametrize(
    ("variable", "value", "allowed"),
    [
        ("SCORING_HTTP_PORT", "70000", "less than or equal to 65535"),
        ("SCORING_HTTP_PORT", "eighty", "integer"),
        ("SCORING_LOG_LEVEL", "loud", "'debug', 'info', 'warning' or 'error'"),
        ("SCORING_KAFKA_BOOTSTRAP", "nowhere", "host:port"),
        ("SCORING_POOL_SIZE", "1", "greater than or equal to 2"),
        ("SCORING_BATCH_SIZE", "many", "integer"),
    ],
)
def test_a_wrong_value_is_shown_with_what_is_allowed(variable: str, value: str, allowed: str) -> None:
    (sentence,) = wrong(**{variable: value})
    assert sentence.startswith(f"{variable} is {value!r}, but must be ")
    assert allowed in sentence


def test_a_wrong_secret_is_named_but_never_shown() -> None:
    (sentence,) = wrong(SCORING_DATABASE_URL="mysql://scoring:hunter2@db/thidua")
    assert sentence.startswith("SCORING_DATABASE_URL is (secret, not shown), but must be a URL that begins with postgresql://")
    assert "hunter2" not in sentence


def test_secrets_are_not_in_the_text_of_settings() -> None:
    assert "hidden" not in repr(load_settings(ScoringSettings, RIGHT))


def test_a_misspelt_variable_is_named_with_the_nearest_one() -> None:
    assert wrong(SCORING_HTP_PORT="1") == ["SCORING_HTP_PORT is not a setting; did you mean SCORING_HTTP_PORT?"]


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert len(wrong(SCORING_HTTP_PORT="x", SCORING_POOL_SIZE="x", SCORING_NOISE="x")) == 3


def test_a_long_value_is_cut() -> None:
    assert len(wrong(SCORING_HTTP_PORT="9" * 10_000)[0]) < 250
