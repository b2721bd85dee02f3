"""What an object is otherwise than before stays with its state, however often the state is told."""

from processors.knowledge.chunk import Chunk
from processors.knowledge.kubernetes.differences import CHANGED, CHANGED_SEEN, note_differences
from tests.support.cluster import make_all_chunks, make_service


def make_state(selector: str) -> Chunk:
    (chunk,) = make_all_chunks([make_service(selector={"app": selector})])
    return chunk


def test_a_change_is_told_with_the_state_that_has_it() -> None:
    old, new = make_state("checkout"), make_state("chekout")
    (noted,) = note_differences([new], {old["chunk_id"]: old["labels"]})
    assert noted["labels"][CHANGED] == "selector app=checkout became app=chekout"
    assert "What changed last: selector app=checkout became app=chekout" in noted["text"]
    assert noted["content_hash"] == new["content_hash"]


def test_a_replay_changes_nothing() -> None:
    old, new = make_state("checkout"), make_state("chekout")
    noted = note_differences([new], {old["chunk_id"]: old["labels"]})
    assert note_differences([new], {new["chunk_id"]: noted[0]["labels"]}) == noted


def test_states_of_one_batch_are_compared_in_their_order() -> None:
    states = [make_state("a"), make_state("b"), make_state("b")]
    noted = note_differences(states, {})
    assert [chunk["labels"].get(CHANGED, "") for chunk in noted] == [
        "", "selector app=a became app=b", "selector app=a became app=b",
    ]  # fmt: skip


def test_a_state_that_is_told_for_the_first_time_has_changed_nothing() -> None:
    (noted,) = note_differences([make_state("a")], {})
    assert CHANGED not in noted["labels"]
    assert CHANGED_SEEN not in noted["labels"]
