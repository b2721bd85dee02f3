"""Masking takes time that grows with the text's length only, whatever the text repeats."""

import json
import random
import re
import time
from itertools import pairwise

import pytest

from processors.knowledge.redaction.masking import mask_secrets, open_masker
from processors.knowledge.redaction.replacing import LONGEST, find_anywhere, replace_secrets

MOST_S = 1.0
SIZE = 100_000
# What patterns begin with, go on over, and end at; mixed, they make what no pattern may try twice.
PIECES = (
    "token ", "key=", "cookie: id=1234; ", "http://h1:8080,", "eyJ", 'key"', "http://u:", "@", '{"a":',
    "\\", '"', "'", '\\"', ",", "secret:", "password is ", "a@a.", "mysql -p", "curl -u ", "docker -p ",
    "?key=", "&sig=", "x:5432:a:", "-----BEGIN PRIVATE KEY-----", "PRIVATE KEY A", "name: key\nvalue: ",
    '"name":"key","value":"', '"data":{', '{"kind": "Secret"', "IDENTIFIED BY ", "basic ",
    "authorization: ", "login a password ", "AKIA", "sk-", "--token,", "key[", "key(", "_key", "key.key",
    "pwd\n", "\\u0041", "[", "<", "%3D", "=", "xoxb-", "A", "Aa1", "é", "\u0130", "<masked:00c0ffee>",
    "AccountKey=", "SG.", ".aaaaaa.", "\x00", "\ud800", "token to ", "/hooks/", "/bot", "%22token%22%3A%22",
    "cGFzc3dvcmQ9", "<password>", "ключ ", 'value="x" ', "<add key=\"password\" value=\"", "password: |\n ",
    "net user a ", "use \\\\a /user:b ", "etcdctl --user ", "PDO->__construct('a', ", "ldap_bind(a, 'b', ",
    '{password,<<"', '"AUTH" "a" ', '"SETUSER" "a" ', "ConvertTo-SecureString -a ", "NetworkCredential('",
    "digest:a:", "secretid: ", "following password to proceed to installation:\n", "sqlcmd -P ",
    "schtasks /rp ", "Token{78af589 ", "snmp-server community ", "tacacs-server key ", "wpa_passphrase a ",
    "contraseña ", "密码：", "password: !!str ", "password [", "psk ", "session_id=", "genie genie ",
    "token for user x ", "$6$", "{SSHA}", "kind: Secret\ndata:\n a: b\n", '"token": [', "\t",
)  # fmt: skip


def measure_cpu_s(text: str) -> float:
    begin = time.process_time()
    mask_secrets(text)
    return time.process_time() - begin


@pytest.mark.parametrize("piece", PIECES)
def test_a_long_line_of_one_piece_takes_less_than_a_second(piece: str) -> None:
    line = piece * (SIZE // len(piece))
    assert measure_cpu_s(line) < MOST_S
    assert measure_cpu_s(json.dumps({"message": line, "service": {"name": "shop"}})) < MOST_S


def test_a_long_line_of_any_pieces_takes_less_than_a_second() -> None:
    draw = random.Random(2)  # noqa: S311 - nothing is protected by these
    for _ in range(60):
        seed = "".join(draw.choices(PIECES, k=draw.randint(2, 5)))
        assert measure_cpu_s(seed * (SIZE // len(seed))) < MOST_S, seed


@pytest.mark.parametrize("piece", ["token ", "key=", "http://h1:8080,", '\\"', "key_", "a@a."])
def test_ten_times_as_long_takes_some_ten_times_as_long(piece: str) -> None:
    times = [max(measure_cpu_s(piece * (size // len(piece))), 0.02) for size in (30_000, 300_000)]
    assert all(later < 25 * earlier for earlier, later in pairwise(times)), times


@pytest.mark.parametrize("length", [LONGEST - 1, LONGEST, LONGEST + 1, 3 * LONGEST, 50_000])
@pytest.mark.parametrize(
    "text",
    [
        "password={s} user=bob",
        'password="{s}" user=bob',
        "password='{s}\\'x' user=bob",
        '{{"password": "{s}", "user": "bob"}}',
        '{{"log": "{{\\"password\\": \\"{s}\\"}}", "user": "bob"}}',
        "GET /?key={s}&user=bob",
        "Authorization: Bearer {s} user",
        "- name: DB_PASSWORD\n  value: {s}\n",
    ],
)
def test_a_value_longer_than_what_is_looked_at_is_masked_to_its_end(text: str, length: int) -> None:
    secret = "q7Rt0Zp3" + "Wm9Xv5Lk" * (length // 8)
    masked = mask_secrets(text.format(s=secret))
    assert "Wm9X" not in masked
    assert masked.count("<masked:") == 1
    assert masked.startswith(text[:4].replace("{{", "{"))


@pytest.mark.parametrize("gap", [0, 1, 2, 3, 5, 7])
def test_an_escape_at_the_border_of_what_is_looked_at_is_no_end(gap: int) -> None:
    secret = "q" * (LONGEST + gap) + '\\" ' * LONGEST + "tail"
    assert "tail" not in mask_secrets(f'{{"password": "{secret}"}}')
    assert "tail" not in mask_secrets(f'password="{secret}"')


def test_a_match_that_is_nothing_may_hold_another() -> None:
    pattern = re.compile(r"a(?P<secret>[a-z]+)")
    accepts = lambda match: match["secret"] == "bc"  # noqa: E731 - shorter than a name for it
    assert replace_secrets("aabc abc", find_anywhere(pattern, "aabc abc"), accepts, str.upper) == "aaBC aBC"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 20_000 + '"password=hunter22"' + "}" * 20_000,
        '{"a": "\ud800 \x00", "password": "hunter22"}',
        '{"a": "\\ud800 password=hunter22 é"}',
        "\ud800 password=hunter22 \udfff",
        '{"n": 1e999, "m": NaN, "password": "hunter22"}',
        '{"n": ' + "9" * 5000 + ', "password": "hunter22"}',
        "password=hunter22" + "\x00" * 1000,
    ],
)
def test_odd_texts_are_masked_too(text: str) -> None:
    masked = mask_secrets(text)
    assert "hunter22" not in masked
    assert ("<masked:" in masked) == ("hunter22" in text)
    assert mask_secrets(masked) == masked


def test_an_escaped_half_surrogate_stays_an_escape() -> None:
    mask_secrets('{"a": "\\ud800 password=hunter22 é"}').encode()


def test_patterns_of_the_settings_see_every_text() -> None:
    mask = open_masker(b"k", patterns=["zq+"])
    assert "zq" not in mask("x zqq y")
