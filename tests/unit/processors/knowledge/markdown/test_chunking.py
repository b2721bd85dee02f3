"""Chunks follow the blocks of a page: no code block and no row is cut unless it alone is too large."""

from processors.knowledge.markdown.chunking import hash_chunker, make_splitter, split_section
from processors.knowledge.markdown.parsing import Section, parse_document


def cut(text: str, limit: int) -> list[Section]:
    (section,) = parse_document("a.md", text)["sections"]
    return split_section(section, make_splitter(lambda words: len(words.split()), limit))


def test_a_code_block_stays_whole_with_the_step_that_it_belongs_to() -> None:
    first = "1. one two three\n\n   ```sh\n   a b c\n   d e f\n   ```"
    pieces = cut(f"Before we start.\n\n{first}\n\n2. four five\n", 13)
    assert [piece["text"] for piece in pieces] == ["Before we start.", first, "2. four five"]
    alone = cut(f"{first}\n\n2. four five\n", 9)
    assert [piece["text"] for piece in alone] == [
        "1. one two three",
        "```sh\na b c\nd e f\n```",
        "2. four five",
    ]


def test_a_code_block_that_is_too_large_is_cut_by_lines_each_part_in_a_fence() -> None:
    body = [f"line {number}" for number in range(10)]
    pieces = cut("\n".join(["Before.", "", "```yaml", *body, "```", "", "After."]), 10)
    parts = [piece for piece in pieces if "line" in piece["text"]]
    assert all(part["text"].startswith("```yaml\n") and part["text"].endswith("\n```") for part in parts)
    assert [line for part in parts for line in part["text"].split("\n")[1:-1]] == body
    assert [(part["start_line"], part["end_line"]) for part in parts] == [(4, 7), (8, 11), (12, 13)]
    assert (pieces[0]["text"], pieces[-1]["text"]) == ("Before.", "After.")


def test_every_part_of_a_large_table_has_its_head_and_whole_rows() -> None:
    rows = [f"| {number} | some words here |" for number in range(6)]
    pieces = cut("\n".join(["| n | what |", "|---|---|", *rows]), 24)
    assert len(pieces) > 1
    assert all(piece["text"].startswith("| n | what |\n|---|---|\n") for piece in pieces)
    assert [row for piece in pieces for row in piece["text"].split("\n")[2:]] == rows
    assert [piece["start_line"] for piece in pieces] == [3, *(p["end_line"] + 1 for p in pieces[:-1])]


def test_the_drawn_width_of_a_table_costs_nothing() -> None:
    rows = [f"| {number} | some words here |" for number in range(6)]
    text = "\n".join(["| n | what |", f"| :{'-' * 90}: | --- |", *rows])
    section = Section(heading_path=[], start_line=1, end_line=8, text=text)
    pieces = split_section(section, make_splitter(len, 80))
    assert all(piece["text"].startswith("| n | what |\n| :---: | --- |\n| ") for piece in pieces)


def test_a_head_that_would_fill_most_of_every_part_is_said_once() -> None:
    names = " ".join(f"column{number}" for number in range(30))
    rows = [f"| {number} | {'words ' * 12}|" for number in range(6)]
    pieces = cut("\n".join([f"| n | {names} |", "|---|---|", *rows]), 40)
    assert all(len(piece["text"].split()) <= 40 for piece in pieces)
    assert sum("column7" in piece["text"] for piece in pieces) == 1
    assert len(pieces) <= 5


def test_nothing_is_lost_and_no_piece_is_too_large() -> None:
    text = (
        "word " * 500
        + "\n\n```\n"
        + "x " * 300
        + "\n```\n\n> quoted "
        + "w " * 50
        + "\n\n- a\n- "
        + "item " * 90
    )
    pieces = cut(text, 40)
    assert all(len(piece["text"].split()) <= 40 for piece in pieces)
    joined = " ".join(piece["text"] for piece in pieces).split()
    assert [joined.count(word) for word in ("word", "x", "w", "item")] == [500, 300, 50, 90]


def test_the_hash_of_the_chunker_changes_with_what_decides_the_cuts() -> None:
    hashes = {hash_chunker(tokens, model) for tokens in (220, 100) for model in ("a", "b")}
    assert len(hashes) == 4
