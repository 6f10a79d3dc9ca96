"""A wrong setting is named with what is allowed, and a secret in it is not shown."""

import pytest

from services.notifications.app import mail_server
from services.notifications.settings import NotificationsSettings
from shared.settings import SettingsWrong, load_settings

GOOD = {
    "NOTIFICATIONS_DATABASE_URL": "postgresql://thidua_notifications:pw@127.0.0.1:5432/thidua",
    "NOTIFICATIONS_KAFKA_BOOTSTRAP": "127.0.0.1:9092",
    "NOTIFICATIONS_HTTP_PORT": "8103",
}


@pytest.mark.parametrize(
    ("url", "host", "port", "password", "tls"),
    [
        ("smtp://127.0.0.1:1025", "127.0.0.1", 1025, None, False),
        ("smtps://user:p%40ss@mail.example:465", "mail.example", 465, "p@ss", True),
        ("smtp://[::1]:25", "::1", 25, None, False),
    ],
)
def test_a_mail_server_is_read_out_of_its_url(url: str, host: str, port: int, password: str | None, tls: bool) -> None:
    server = mail_server(load_settings(NotificationsSettings, {**GOOD, "NOTIFICATIONS_SMTP_URL": url}))
    assert server is not None
    assert (server.host, server.port, server.password, server.tls) == (host, port, password, tls)


def test_without_a_mail_server_nothing_is_mailed() -> None:
    assert mail_server(load_settings(NotificationsSettings, GOOD)) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SMTP_URL", "http://mail.example:25"),
        ("SMTP_URL", "smtp://user:hunter2@mail.example"),
        ("SMTP_URL", "smtp://mail.example:25/path"),
        ("MAIL_FROM", "nobody"),
        ("OPERATOR_EMAIL", "a@b\nBcc: c@d"),
        ("FEED_RETENTION_DAYS", "1"),
        ("WEBHOOK_GIVE_UP_HOURS", "1000"),
        ("WEBHOOK_ALLOW_PRIVATE", "perhaps"),
        ("HTTP_PORT", "0"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsWrong, match=f"NOTIFICATIONS_{name}") as wrong:
        load_settings(NotificationsSettings, {**GOOD, f"NOTIFICATIONS_{name}": value})
    assert "hunter2" not in str(wrong.value)


def test_nothing_is_given_up_before_the_feed_forgets_it() -> None:
    fields = NotificationsSettings.model_fields
    longest = next(bound.le for bound in fields["webhook_give_up_hours"].metadata if hasattr(bound, "le"))
    shortest = next(bound.ge for bound in fields["feed_retention_days"].metadata if hasattr(bound, "ge"))
    assert longest / 24 < shortest
