"""Chunks follow the tree of a page: code, rows and steps stay whole, and each part parses on its own."""

from processors.knowledge.blocks import Block
from processors.knowledge.blocks.merging import merge_blocks
from processors.knowledge.blocks.rendering import render_markdown
from processors.knowledge.blocks.walking import drop_lines
from processors.knowledge.chunk import Chunk
from processors.knowledge.chunk_tables import chunks_to_table, table_to_chunks
from processors.knowledge.markdown.chunking import build_document_chunks, hash_chunker
from processors.knowledge.markdown.cutting import cut_blocks, make_splitter
from processors.knowledge.markdown.parsing import parse_document
from processors.knowledge.markdown.reading import read_markdown


def cut(text: str, limit: int) -> list[str]:
    blocks = read_markdown(text)
    pieces = cut_blocks(blocks, make_splitter(lambda words: len(words.split()), limit))
    assert merge_blocks(pieces) == merge_blocks([blocks]) or "word" in text
    return [render_markdown(piece) for piece in pieces]


def chunk(text: str, limit: int = 30) -> list[Chunk]:
    splitter = make_splitter(lambda words: len(words.split()), limit)
    cite = {"repository": "r", "path": "a.md"}
    chunks = build_document_chunks(parse_document("a.md", text), cite, [], splitter, "b", "now")
    for one in chunks:
        assert drop_lines(read_markdown(one["text"])) == drop_lines(one["blocks"])
    return chunks


def test_a_code_block_stays_whole_with_the_step_that_it_belongs_to() -> None:
    first = "1. one two three\n\n   ```sh\n   a b c\n   d e f\n   ```"
    assert cut(f"Before we start.\n\n{first}\n\n2. four five\n", 13) == [
        "Before we start.",
        first,
        "2. four five",
    ]
    assert cut(f"{first}\n\n2. four five\n", 9) == [first, "2. four five"]


def test_a_step_that_is_too_large_is_cut_between_its_blocks_and_keeps_its_number() -> None:
    text = "7. one two three\n\n   four five six\n\n   seven eight nine\n\n8. ten"
    assert cut(text, 8) == ["7. one two three\n\n   four five six", "7. seven eight nine", "8. ten"]


def test_code_that_is_too_large_is_whole_all_the_same_with_what_leads_it_in() -> None:
    code = "\n".join(f"line {number}" for number in range(10))
    text = f"Some words.\n\nSave this as it is:\n\n```yaml\n{code}\n```\n\nAfter."
    whole = f"Save this as it is:\n\n```yaml\n{code}\n```"
    assert cut(text, 10) == ["Some words.", whole, "After."]
    quoted = "\n".join(f"> {line}".rstrip() for line in f"Save:\n\n```\n{code}\n```\n\nAfter.".split("\n"))
    parts = cut(quoted, 10)
    assert [part.count("```") for part in parts] == [2, 0]
    assert all(line.startswith(">") for part in parts for line in part.split("\n"))


def test_what_leads_in_a_list_stays_with_its_first_items() -> None:
    steps = "\n".join(f"{number}. do this thing" for number in range(1, 5))
    parts = cut(f"Words before it.\n\nIf it is red:\n\n{steps}", 13)
    assert parts == [
        "Words before it.",
        "If it is red:\n1. do this thing\n2. do this thing",
        "3. do this thing\n4. do this thing",
    ]


def test_every_part_of_a_large_table_has_its_head_and_whole_rows() -> None:
    rows = [f"| {number} | some words here |" for number in range(6)]
    parts = cut("\n".join(["| n | what |", "|---|---|", *rows]), 24)
    assert len(parts) > 1
    assert all(part.startswith("| n | what |\n| --- | --- |\n") for part in parts)
    assert [row for part in parts for row in part.split("\n")[2:]] == rows


def test_a_head_that_would_fill_most_of_every_part_is_said_once() -> None:
    names = " ".join(f"column{number}" for number in range(30))
    rows = [f"| {number} | {'words ' * 12}|" for number in range(6)]
    parts = cut("\n".join([f"| n | {names} |", "|---|---|", *rows]), 40)
    assert sum("column7" in part for part in parts) == 1
    assert len(parts) <= 5


def test_long_prose_is_cut_between_sentences_and_its_code_is_kept() -> None:
    text = " ".join(f"This is word sentence {number} with `code {number}` in it." for number in range(20))
    parts = cut(text, 30)
    assert all(len(part.split()) <= 30 and part.endswith("it.") for part in parts)
    assert " ".join(parts) == text
    assert len(cut("word " * 500, 40)) < 20


def test_what_a_reader_is_to_fill_in_is_whole_wherever_prose_is_cut() -> None:
    for words in range(20, 40):
        for part in chunk(f"{'word ' * words}<none> {'word ' * 20}"):
            assert drop_lines(read_markdown(part["text"])) == drop_lines(part["blocks"])


def test_lines_are_those_of_what_a_chunk_holds() -> None:
    page = "# T\n\n" + "\n".join(f"{number}. do this thing now" for number in range(1, 13))
    chunks = chunk(page)
    assert [(one["cite"]["start_line"], one["cite"]["end_line"]) for one in chunks] == [(3, 8), (9, 14)]


def test_a_page_is_found_by_the_alert_that_its_front_matter_names() -> None:
    page = "---\nalert: DiskFull\n---\n# No space is left\n\nRemove old logs.\n"
    assert [one["values"] for one in chunk(page)] == [["DiskFull", "a.md"]]
    assert all("values" not in one for one in chunk("# No space is left\n\nRemove old logs.\n"))


def test_parts_of_a_procedure_share_an_id_and_others_do_not() -> None:
    steps = "\n".join(f"{number}. do this thing now" for number in range(1, 13))
    chunks = chunk(f"# T\n\n## Act\n\n{steps}\n\n## Why\n\nSome words.")
    assert [one["procedure"] for one in chunks[:2]] == [chunks[0]["procedure"]] * 2
    assert chunks[2]["procedure"] != chunks[0]["procedure"]
    assert merge_blocks([one["blocks"] for one in chunks[:2]]) == read_markdown(f"\n\n\n\n{steps}")


def test_steps_that_are_headings_stand_in_one_chunk_while_they_fit() -> None:
    page = "# T\n\n## Procedure\n\n### Step 1: Move\n\n### Step 2: Close\n\n```\nx\n```\n\n### Step 3: Tell\n"
    (only,) = chunk(page)
    assert only["heading_path"] == "T > Procedure"
    assert only["text"] == "### Step 1: Move\n\n### Step 2: Close\n\n```\nx\n```\n\n### Step 3: Tell"


def test_addresses_are_shown_and_not_embedded() -> None:
    (only,) = chunk("See [the heap](heap.md).")
    assert (only["text"], only["gist"]) == ("See [the heap](heap.md).", "See the heap.")


def test_what_is_not_in_the_index_comes_back_from_a_file() -> None:
    chunks = chunk("1. a\n\n   ```\n   b\n   ```")
    assert table_to_chunks(chunks_to_table(chunks)) == chunks


def test_code_that_no_chunk_can_hold_is_told() -> None:
    (only,) = chunk("```\n" + "x\n" * 40_000 + "```")
    (told,) = only["blocks"]
    assert (told["kind"], told["what"]) == ("omitted", "code of 40000 lines")


def test_the_hash_of_the_chunker_changes_with_what_decides_the_cuts() -> None:
    hashes = {hash_chunker(tokens, model) for tokens in (220, 100) for model in ("a", "b")}
    assert len(hashes) == 4


def test_a_part_of_a_tree_is_known_by_its_lines() -> None:
    one, other = read_markdown("1. a\n\nb\n\n1. c")[0::2]
    assert len(merge_blocks([[one], [other]])) == 2
    blocks: list[Block] = [{**one, "children": []}]
    assert merge_blocks([[one], blocks]) == [one]
