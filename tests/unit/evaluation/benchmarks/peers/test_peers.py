"""What is counted of texts, which pages are taken, and what the rows of a peer say."""

from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from evaluation.benchmarks.peers.__main__ import Pace, choose_pages, count_read, count_tokens, list_rows


def make_tokenizer(most: int) -> Tokenizer:
    tokenizer = Tokenizer(WordLevel({"?": 0}, unk_token="?"))
    tokenizer.pre_tokenizer = Whitespace()  # type: ignore[assignment]
    tokenizer.enable_truncation(most)
    return tokenizer


def test_only_what_the_model_reads_is_counted() -> None:
    texts = ["one two three", "four"]
    assert count_read(make_tokenizer(2), texts) == len("one two") + len("four")
    assert count_read(make_tokenizer(9), texts) == len("one two three") + len("four")
    assert count_tokens(make_tokenizer(2), texts) == [2, 1]


def test_every_so_many_th_page_is_copied_to_its_place(tmp_path: Path) -> None:
    pages = tmp_path / "data/kubernetes-docs/content/en/docs"
    pages.mkdir(parents=True)
    for name in "abcde":
        (pages / f"{name}.md").write_text(name)
    (tmp_path / "chosen").mkdir()
    assert choose_pages(tmp_path / "data", 2, tmp_path / "chosen") == 3
    chosen = sorted(
        path.relative_to(tmp_path / "chosen").as_posix() for path in (tmp_path / "chosen").rglob("*.md")
    )
    assert chosen == ["docs/a.md", "docs/c.md", "docs/e.md"]


def test_rows_are_of_medians_and_more_is_better() -> None:
    ours = [Pace(1.0, 10.0, 100.0, 50.0), Pace(3.0, 30.0, 300.0, 150.0), Pace(2.0, 20.0, 200.0, 100.0)]
    rows = list_rows("Haystack, torch", ours, [Pace(1.0, 5.0, 50.0, 100.0)])
    assert [(row.figure, row.bare, row.ratio) for row in rows] == [
        (2.0, 1.0, 2.0), (20.0, 5.0, 4.0), (200.0, 50.0, 4.0), (100.0, 100.0, 1.0),
    ]  # fmt: skip
    assert {row.better for row in rows} == {"more"}
    assert len({row.unit for row in rows}) == 4
