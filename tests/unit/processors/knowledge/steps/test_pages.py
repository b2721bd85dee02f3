"""Steps are read in whatever form a page writes them, and each page's code is whole in one of its chunks."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from processors.knowledge.blocks.walking import drop_lines, list_code
from processors.knowledge.chunk import Chunk
from processors.knowledge.markdown.chunking import build_document_chunks
from processors.knowledge.markdown.cutting import make_splitter
from processors.knowledge.markdown.lines import clean_lines
from processors.knowledge.markdown.parser import open_parser
from processors.knowledge.markdown.parsing import parse_document
from processors.knowledge.markdown.reading import read_markdown
from processors.knowledge.procedures import Step
from processors.knowledge.procedures.reading import read_procedure
from processors.knowledge.steps.finding import find_steps

# What stands in a tab of MkDocs is code to CommonMark.
OTHERWISE_READ = ["tabs-of-mkdocs"]
PAGES = [
    path
    for folder in ("docs/runbooks", "tests/pages")
    for path in sorted(Path(folder).glob("*.md"))
    if path.stem not in OTHERWISE_READ
]
LIMITS = (10, 40, 220)

Told = tuple[Any, ...]

STEPS: dict[str, list[Told]] = {
    "code-by-four-spaces": [
        ("1", "See what", " tickets queue --all\n tickets queue --all | head -n 3"),
        (
            "2",
            "Drop",
            " # nobody gets these tickets any more\n tickets drop --broken $TRAY\n tickets start $TRAY",
        ),
        ("3", "Try one", "tickets print --sample $TRAY"),
    ],
    "words-between-code": [
        ("1", "Ask for", "wash password new --keep-old", "wash password drop --old"),
        ("2", "Bring it", ("", "first to", "wash gate push street"), ("", "an hour", "wash gate push yard")),
    ],
    "code-at-the-left-edge": [
        ("1", "Lock", "crane lock"),
        ("2", "Lower", "crane hook --down --key $KEY"),
        ("3", "Free", "crane unlock"),
    ],
    "all-are-one": [
        ("1", "Tell", 'lockers tell --all "back at noon"'),
        ("2", "Stop"),
        ("3", "Copy", "lockers copy --from old --to new"),
        ("4", "Start"),
    ],
    "steps-as-bare-headings": [
        ("1", "Send the guests home"),
        ("2", "Stop the pumps", "hall pumps --stop --pool $POOL"),
        ("3", "Turn off the lights"),
        ("4", "Lock the front door"),
    ],
    "steps-as-headings": [
        ("1", "Find it", ("", "Ask which", "deck cameras --dark")),
        ("2", "Take it", "deck ring drop --camera $CAMERA"),
        ("3", "Exchange it", ("", "Unscrew")),
        ("4", "Put it", "deck ring add --camera $CAMERA"),
    ],
    "quoted-steps": [
        ("1", "Open"),
        ("2", "Cool it", "bag fan --belt $BELT --minutes 10"),
        ("3", "Close"),
    ],
    "steps-in-html": [
        ("1", "Stop the door app: `door app stop`"),
        (
            "2",
            "Take the copy of yesterday:",
            "door list restore --day <yesterday> \\\n  --force && door list count",
        ),
        ("3", "Start"),
    ],
    "steps-in-a-table": [
        ("1", "Open the valve", "coffee valve --open"),
        ("2", "Let", "coffee drain --all"),
        ("3", "Close", "coffee valve --close"),
    ],
    "steps-within-steps": [
        ("1", "Switch"),
        ("2", "Clean", ("2.1", "Take"), ("2.2", "Wipe"), ("2.3", "Put")),
        ("3", "Switch"),
    ],
    "folded-list": [
        ("1", "Read what the boiler says on its small display."),
        ("2", "Clear it:", "boiler clear --alarm 4"),
        ("", "If it rings again", ("1", "Let some air out.", "boiler air --out")),
    ],
    "folded-output": [
        ("1", "Read", "oven read --all", "oven  degrees\na     210"),
        ("2", "Light", "oven light --oven $OVEN"),
        ("3", "Tell"),
    ],
    "numbers-go-on": [
        ("", "Before", ("1", "Ask"), ("2", "Sort")),
        ("", "Hand out", ("3", "Give"), ("4", "Take")),
        ("", "After", ("5", "Count")),
    ],
    "lazy-lines": [
        ("1", "Look which doorbell rings and keep its number in mind."),
        ("2", "Silence it:", "bell mute --bell $BELL"),
        ("3", "If it still rings, take the battery out of it."),
        ("4", "To keep the guests from ringing you may also put up a sign:", "bell sign --print"),
    ],
    "prose-with-code": [
        ("", "Stop the fountain", ("", "Say why:", "fountain stop 'a storm is coming'")),
        ("", "Start the fountain", "fountain start"),
    ],
    "sections-led-in": [
        ("", "Remove the readings", "weather readings drop"),
        ("", "Remove the sensors", ("1", "Switch"), ("2", "Forget")),
    ],
    "tabs-in-code": [
        ("1", "This goes", "table:\n\tmake-table --from lines.tsv"),
        ("2", "Write", 'printf "north\t7\\n" > lines.tsv\ncat <<-END\n\tlast\n\tEND'),
    ],
}


def check(steps: Sequence[Step], told: Sequence[Told]) -> None:
    assert [step["number"] for step in steps] == [one[0] for one in told]
    for step, (_, text, *rest) in zip(steps, told, strict=True):
        assert step["text"].startswith(text)
        assert [command["text"] for command in step["commands"]] == [x for x in rest if isinstance(x, str)]
        check(step["steps"], [x for x in rest if isinstance(x, tuple)])


@pytest.mark.parametrize("name", STEPS)
def test_the_steps_of_a_page_are_all_there_in_their_order(name: str) -> None:
    check(read_procedure(parse_document(f"{name}.md", read(name)))["steps"], STEPS[name])


def read(name: str) -> str:
    return Path(f"tests/pages/{name}.md").read_text(encoding="utf-8")


def cut(path: str, text: str, limit: int) -> list[Chunk]:
    splitter = make_splitter(lambda words: len(words.split()), limit)
    cite = {"repository": "r", "path": path}
    return build_document_chunks(parse_document(path, text), cite, [], splitter, "b", "now")


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_each_block_of_code_is_in_one_chunk_and_each_chunk_parses_on_its_own(path: Path, limit: int) -> None:
    text = path.read_text(encoding="utf-8")
    tokens = open_parser().parse("\n".join(clean_lines("a.md", text)[0]))
    chunks = cut(path.name, text, limit)
    told = Counter(code["text"] for chunk in chunks for code in list_code(chunk["blocks"]))
    for token in tokens:
        if token.type in ("fence", "code_block"):
            told[token.content.removesuffix("\n")] -= 1
    assert not [code for code, count in told.items() if count < 0]
    for chunk in chunks:
        assert drop_lines(read_markdown(chunk["text"])) == drop_lines(chunk["blocks"])


@pytest.mark.parametrize("name", [name for name in STEPS if name not in ("folded-list", "prose-with-code")])
@pytest.mark.parametrize("limit", LIMITS)
def test_the_parts_of_a_procedure_have_one_id(name: str, limit: int) -> None:
    begins = read_procedure(parse_document(f"{name}.md", read(name)))["steps"][0]["line"]
    chunks = [one for one in cut(f"{name}.md", read(name), limit) if one["cite"]["end_line"] >= begins]
    assert len({chunk["procedure"] for chunk in chunks}) == 1


def test_sections_of_the_same_name_are_procedures_apart() -> None:
    chunks = cut("a.md", read("same-heading-twice"), 220)
    assert len({(chunk["procedure"], chunk["heading_path"]) for chunk in chunks}) == len(chunks) == 3


def test_code_within_lines_and_cells_is_as_it_is_written() -> None:
    (chunk,) = cut("a.md", read("signs-in-code"), 220)
    for code in (r"grep -c '|' a.txt \| wc", r"echo $HOME\*", r"cat a \| wc -l", "`` ` ``", 'echo "x"'):
        assert code in chunk["text"]
    assert [code["text"] for code in list_code(chunk["blocks"])] == [
        "awk '{ print $1 | \"sort\" }' a &amp; # as it is\n\necho done",
        "$ ls _a_ *b* [c](d) <e>",
    ]


def test_code_below_smaller_steps_is_of_the_step_that_it_is_indented_to() -> None:
    (step,) = read_procedure(parse_document("a.md", "1. Do:\n   1. x\n   2. y\n\n   ```sh\n   z\n   ```\n"))[
        "steps"
    ]
    assert [command["text"] for command in step["commands"]] == ["z"]
    assert not any(inner["commands"] for inner in step["steps"])


def test_a_caution_below_tabs_is_of_their_procedure() -> None:
    text = "# T\n\n## Steps\n\n> [!TAB] A\n> 1. x\n\n> [!TAB] B\n> 1. y\n\n> [!DANGER]\n> Not now.\n"
    (chunk,) = cut("a.md", text, 220)
    (steps,) = find_steps(parse_document("a.md", text)["sections"])
    assert (steps.first, steps.last) == (5, 12)
    assert chunk["cite"]["end_line"] == 12
