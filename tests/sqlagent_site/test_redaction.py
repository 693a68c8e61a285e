"""Whatever brings a secret into a line of the log, it is not written."""

import pytest
from cryptography.fernet import Fernet

from sqlagent_site import redaction
from sqlagent_site.redaction import redacted

ENCRYPTED = Fernet(Fernet.generate_key()).encrypt(b"postgres://reader:hunter2@db/shop").decode()
LEAKS = [
    ("could not connect to postgres://reader:hunter2@db.example/shop?sslmode=require", "hunter2"),
    ("redis://:hunter2@cache:6379/0 is away", "hunter2"),
    ("{'Authorization': 'Bearer 0123456789abcdef0123'}", "0123456789abcdef"),
    ("authorization: Basic YWdlbnQ6aHVudGVyMg==", "YWdlbnQ6"),
    ("[(b'authorization', b'Token sqla_7c1d5e9f0a2b4c6d8e')]", "7c1d5e9f"),
    ("(b'cookie', b'sessionid=abcdef123456; csrftoken=fedcba654321')", "abcdef123456"),
    ("Cookie: sessionid=abcdef123456; csrftoken=fedcba654321", "fedcba654321"),
    ("Not Found: /invitations/Ab3dEf9hIj/", "Ab3dEf9hIj"),
    ("Forbidden (CSRF): /password/reset/key/5-abcdef-0123/", "abcdef-0123"),
    ('{"password": "hunter2hunter2", "user": "ada"}', "hunter2"),
    ("connection failed: host=db password=hunter2 user=reader", "hunter2"),
    ("Incorrect API key provided: sk-proj-0123456789abcdef", "0123456789abcdef"),
    ("hf_0123456789abcdefgh is not allowed", "0123456789abcdef"),
    ("https://llm.example/v1?api_key=0123456789", "0123456789"),
    (f"cannot decrypt {ENCRYPTED}", ENCRYPTED[10:]),
    ("could not connect to postgres://reader:p@hunter2@db.example/shop", "hunter2"),
    ("Authorization: Bearer onlyletters", "onlyletters"),
    ("Incorrect API key provided: 0123456789", "0123456789"),
    ("GET /v1/models?token=0123456789", "0123456789"),
    ("PGPASSWORD=hunter2 pg_dump", "hunter2"),
    ("SECRET_KEY=hunter2", "hunter2"),
    ("FIELD_ENCRYPTION_KEYS=hunter2,hunter3", "hunter3"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIhunter2\n-----END RSA PRIVATE KEY-----", "MIIhunter2"),
]


@pytest.mark.parametrize(("line", "secret"), LEAKS)
def test_a_secret_is_left_out(line: str, secret: str) -> None:
    assert secret in line
    assert secret not in redacted(line)


@pytest.mark.parametrize(
    "line",
    [
        "password authentication failed for user reader",
        "the token limit was reached: 700 tokens, basic understanding",
        "episode 0b6e7c1e broke at https://llm.example:8080/v1/chat",
        "KeyError: 'api_keys'",
        "no such column: token",
        "authorization is needed",
    ],
)
def test_what_is_no_secret_stays(line: str) -> None:
    assert redacted(line) == line


def test_the_operator_s_own_secrets_are_left_out_wherever_they_stand() -> None:
    redaction.hide(["correct horse", "abc"])
    assert redacted("tried correct horse and abc") == "tried … and abc"


def test_of_two_secrets_the_longer_one_leaves_no_end() -> None:
    redaction.hide(["staple", "staple and battery"])
    assert redacted("tried staple and battery") == "tried …"


def test_a_line_full_of_beginnings_takes_no_time() -> None:
    line = (
        "://" * 20_000
        + "password=" * 5_000
        + "cookie " * 5_000
        + "://a:" * 5_000
        + "-----BEGIN PRIVATE KEY-----" * 1_000
    )
    assert len(redacted(line)) < len(line) + 5_000
