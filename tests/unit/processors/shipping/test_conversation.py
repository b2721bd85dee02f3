"""A transaction is answered with OK when it is written, and with anything else when it has to come again."""

import pytest

from processors.knowledge.logs.stored_lines import FileLine
from processors.shipping.conversation import converse

BEGIN, COMMIT = b"BEGIN TRANSACTION\n", b"COMMIT TRANSACTION\n"


def say(data: bytes, offset: int = 0) -> bytes:
    return b"/logs/redis.log\t%d\t2026-11-21T07:00:00+00:00\t%s\n" % (offset, data)


def answer(lines: list[bytes], failures: list[str]) -> tuple[list[str], list[list[bytes]]]:
    """Return what is answered, and the transactions that were written; each failure is one that isn't."""
    answers: list[str] = []
    written: list[list[bytes]] = []

    def write(transaction: list[FileLine]) -> str:
        failure = failures.pop(0) if failures else ""
        if not failure:
            written.append([line.data for line in transaction])
        return failure

    converse(lines, answers.append, write)
    return answers, written


def test_a_transaction_is_written_at_its_end() -> None:
    answers, written = answer([BEGIN, say(b"a"), say(b"b\tc"), COMMIT, BEGIN, COMMIT], [])
    assert answers == ["OK", "OK", "DEFER_COMMIT", "DEFER_COMMIT", "OK", "OK", "OK"]
    assert written == [[b"a", b"b\tc"], []]


def test_one_that_could_not_be_written_comes_again() -> None:
    answers, written = answer([BEGIN, say(b"a"), COMMIT, BEGIN, say(b"a"), COMMIT], ["away"])
    assert answers == ["OK", "OK", "DEFER_COMMIT", "away", "OK", "DEFER_COMMIT", "OK"]
    assert written == [[b"a"]]


@pytest.mark.parametrize("rest", [[say(b"second"), COMMIT], [COMMIT]])
def test_who_was_begun_within_a_transaction_refuses_it(rest: list[bytes]) -> None:
    answers, written = answer(rest, [])
    assert answers[0] == "OK"
    assert not {"OK", "DEFER_COMMIT"} & set(answers[1:])
    assert written == []


def test_a_line_that_reads_like_a_word_of_the_protocol_is_a_line() -> None:
    _, written = answer([BEGIN, say(b"COMMIT TRANSACTION"), COMMIT], [])
    assert written == [[b"COMMIT TRANSACTION"]]
