"""Each name that the pages tell of is there: settings, commands, metrics, files, modules and functions."""

import importlib
import re
from functools import cache
from pathlib import Path

import pytest

from local.settings import StackSettings
from serving.model_server.language.settings import LanguageSettings
from serving.model_server.settings import ModelServerSettings
from tests.unit.docs.pages import (
    PAGES,
    ROOMS,
    ROOT,
    find_code,
    find_rows,
    list_variables,
    read_page,
    read_sources,
)

TARGETS = set(re.findall(r"^([a-z][a-z0-9-]*):.*## ", read_page("Makefile"), re.MULTILINE))
SETTINGS = list_variables().keys() | {
    f"RUNLORE_{name.upper()}"
    for each in (LanguageSettings, ModelServerSettings, StackSettings)
    for name in each.model_fields
}
WALKS = sorted((ROOT / "docs/explanation").glob("how-a*.md"))
_ROOMS = "|".join(ROOMS)
_VARIABLE = re.compile(r"RUNLORE_[A-Z][A-Z0-9_]*[A-Z0-9]")
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@each_page
def test_each_setting_that_a_page_names_is_there(page: Path) -> None:
    assert set(_VARIABLE.findall(read_page(page))) <= SETTINGS | _find_written()


@cache
def _find_written() -> set[str]:
    return set(_VARIABLE.findall(read_sources()))


def test_each_command_of_the_makefile_has_a_row_and_no_other_has() -> None:
    rows = find_rows("docs/reference/commands.md")
    assert {name.split()[1] for name in rows if name.startswith("make ")} == TARGETS


@each_page
def test_each_command_that_a_page_names_is_there(page: Path) -> None:
    named = re.findall(r"(?:^|[\s(\"])make (?:-s )?([a-z][a-z0-9-]*)", find_code(page), re.MULTILINE)
    assert set(named) <= TARGETS


@each_page
def test_each_metric_and_other_name_of_ours_is_there(page: Path) -> None:
    named = re.findall(r"\brunlore_[a-z_]*[a-z]\b", find_code(page))
    sources = read_sources()
    assert not [name for name in named if name not in sources and name.removesuffix("_total") not in sources]


@each_page
def test_each_path_that_a_page_names_is_there(page: Path) -> None:
    named = re.findall(
        rf"^((?:{_ROOMS}|tests|docs|charts|requirements)/[\w./-]*)", find_code(page), re.MULTILINE
    )
    assert not [name for name in named if not (ROOT / name).exists()]


def test_each_room_is_on_the_map() -> None:
    rows = find_rows("CONTRIBUTING.md", "## The map")
    told = {name.strip("/") for name in rows} | {
        f"serving/{name}" for name in re.findall(r"`(\w+)`", rows["serving/"])
    }
    rooms = [path.parent for room in ROOMS for path in (ROOT / room).glob("*/__init__.py")]
    assert not {path.relative_to(ROOT).as_posix() for path in rooms} - told


@each_page
def test_each_link_of_a_page_leads_to_a_file(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", read_page(page), flags=re.MULTILINE | re.DOTALL)
    links = re.findall(r"\]\((?!\w+:|#)([^)#\s]+)", text)
    assert not [link for link in links if not (page.parent / link).exists()]


@each_page
def test_each_link_of_a_page_leads_to_a_heading(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", read_page(page), flags=re.MULTILINE | re.DOTALL)
    links = re.findall(r"\]\((?!\w+:)([^)#\s]*)#([^)\s]+)\)", text)
    targets = [(page.parent / path if path else page, anchor) for path, anchor in links]
    assert not [f"{target.name}#{anchor}" for target, anchor in targets if anchor not in find_anchors(target)]


@cache
def find_anchors(page: Path) -> set[str]:
    """The anchors that a forge makes of a page's headings."""
    text = re.sub(r"^```.*?^```", "", read_page(page), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_page
def test_each_file_that_a_page_names_without_its_folder_is_there(page: Path) -> None:
    spans = re.findall(r"`([\w-]+\.(?:py|lua|jsonl))`", read_page(page))
    here = {path.name for room in (*ROOMS, "tests", "docs") for path in (ROOT / room).rglob("*.*")}
    assert not set(spans) - here


@each_page
def test_each_module_that_a_page_names_is_there(page: Path) -> None:
    code = find_code(page)
    named = set(re.findall(rf"(?<![\w./-])(?:{_ROOMS})(?:\.[a-z_]\w*)+(?![\w./])", code))
    missing = [name for name in named if not _is_module_or_member(name)]
    for module, names in re.findall(rf"from ((?:{_ROOMS})[\w.]*) import ([\w, ]+)", code):
        there = importlib.import_module(module)
        missing += [name for name in names.split(", ") if not hasattr(there, name.strip())]
    assert not missing


@each_page
def test_each_module_that_a_page_starts_can_be_started(page: Path) -> None:
    named = re.findall(rf"python -m ((?:{_ROOMS})(?:\.\w+)*)", find_code(page))
    paths = [ROOT / name.replace(".", "/") for name in named]
    files = [path / "__main__.py" if path.is_dir() else path.with_suffix(".py") for path in paths]
    assert not [file for file in files if not file.exists() or "__main__" not in read_page(file)]


def _is_module_or_member(name: str) -> bool:
    path = ROOT / name.replace(".", "/")
    parent, _, member = name.rpartition(".")
    module = (ROOT / parent.replace(".", "/")).with_suffix(".py")
    return path.is_dir() or path.with_suffix(".py").exists() or (module.exists() and _defines(module, member))


@each_page
def test_each_function_is_in_the_file_that_a_page_says(page: Path) -> None:
    named = re.findall(rf"`((?:{_ROOMS})/[\w/.-]+\.py): ([\w.]+)`", read_page(page))
    missing = [(path, name) for path, name in named if not _defines(ROOT / path, name.rpartition(".")[2])]
    assert not missing


def _defines(module: Path, name: str) -> bool:
    pattern = rf"^\s*(?:(?:async )?def|class) {name}\b|^{name}\b.*="
    return bool(re.search(pattern, read_page(module), re.MULTILINE))


@pytest.mark.parametrize("page", WALKS, ids=lambda page: page.name)
def test_each_function_on_a_walk_is_there(page: Path) -> None:
    spans = set(re.findall(r"`(?:\w+\.)?([a-z]+(?:_[a-z]+)+)`", read_page(page)))
    sources = read_sources()
    defined = set(re.findall(r"^\s*(?:(?:async )?def|class) (\w+)", sources, re.MULTILINE))
    fields = set(re.findall(r"[\"']?([a-z]+(?:_[a-z]+)+)[\"']?:", sources))
    task_ids = set(re.findall(r"\"([a-z]+(?:_[a-z]+)+)\"", sources))
    assert not spans - defined - fields - task_ids


@pytest.mark.parametrize("page", WALKS, ids=lambda page: page.name)
def test_a_file_on_a_walk_holds_what_its_row_names_and_is_opened_once(page: Path) -> None:
    rows = re.findall(r"^\| \d+ \| `([\w/.-]+)` \| (.*) \|$", read_page(page), re.MULTILINE)
    assert len({path for path, _ in rows}) == len(rows)
    told = [(path, name) for path, what in rows for name in re.findall(r"`([a-z]+(?:_[a-z]+)*)`", what)]
    assert not [(path, name) for path, name in told if not re.search(rf"\b{name}\b", read_page(path))]
