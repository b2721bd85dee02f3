import pytest

from serving.model_server.extractive.pieces import cut_answer, make_write, split_pieces
from serving.model_server.writing import Finish, Limits, Turn

TEXT = "Look at the shards. [1]\n\n```bash\ncurl -s x\n```\n\nQuoted."


@pytest.mark.parametrize("text", ["", " ", TEXT, "Шаги: 1.\n\n  — да", "a\tb\n"])
def test_pieces_joined_are_the_text(text: str) -> None:
    assert "".join(split_pieces(text)) == text


def test_answer_ends_before_the_earliest_stop_text() -> None:
    pieces, reason = cut_answer("one two three", ["three", "two"], None)

    assert ("".join(pieces), reason) == ("one ", "stop")


def test_answer_is_cut_at_max_tokens() -> None:
    pieces, reason = cut_answer("one two three", [], 2)

    assert ("".join(pieces), reason) == ("one two", "length")


async def test_the_last_message_of_the_user_is_answered_and_all_are_counted() -> None:
    async def answer(prompt: str) -> str:
        return f"to {prompt}"

    turns = [Turn("system", "be brief"), Turn("user", "first"), Turn("user", "last"), Turn("assistant", "no")]
    *pieces, finish = [piece async for piece in make_write(answer)(turns, Limits())]

    assert pieces == ["to last"]
    assert finish == Finish("stop", prompt_tokens=5, completion_tokens=2)
