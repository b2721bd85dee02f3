"""Vectors of sentence-transformers folders, beside those that the library itself makes, release 6.2 on torch.

`reference.npz` holds these: `minilm` and `e5` of all texts, `cls` of the first two by their first tokens.
"""

import base64
import json
import os
import select
import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from local.environments import ROOT, find_environments
from local.models import find_folder, find_packaged

_ENVS = find_environments()
_PYTHON = _ENVS / "model-server/bin/python"
_LONGER_THAN_IS_READ = (
    "restart the scheduler and look at its log, then wait until the queue is empty, and only then go on; "
    * 13
)
TEXTS = [
    "The disk of the broker is full.",
    "ОСТАНОВИ планировщик, émigré naïve, 日本語",
    "kubectl delete pod redis-0 -n cache --grace-period=30",
    "",
    _LONGER_THAN_IS_READ,
]
_WRITE_EXPORT = """
import pathlib, sys, openvino
from serving.model_server.graph import folder
from serving.model_server.graph.folder import build_model
folder.add_modules = lambda _, states, mask: states
openvino.save_model(build_model(pathlib.Path(sys.argv[1]), "float"), sys.argv[2], compress_to_fp16=False)
"""
_ADD_TWO_PLACES = """
import sys, numpy
from safetensors.numpy import load_file, save_file
weights, name = load_file(sys.argv[1]), "embeddings.position_embeddings.weight"
save_file({**weights, name: numpy.pad(weights[name], ((2, 0), (0, 0)))}, sys.argv[1])
"""

Vectors = np.ndarray


@pytest.fixture(scope="module")
def reference() -> dict[str, Vectors]:
    return dict(np.load(Path(__file__).with_name("reference.npz")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the packaged model, to be changed."""
    return Path(shutil.copytree(find_packaged(_ENVS), tmp_path / "model"))


def run_embedder(folder: Path, texts: list[str], weights: str = "float") -> subprocess.CompletedProcess[str]:
    told = {"RUNLORE_MODEL_FOLDER": str(folder), "RUNLORE_MODEL_WEIGHTS": weights}
    command = [str(_PYTHON), "-m", "serving.model_server.embed_once"]
    return subprocess.run(
        command, input=json.dumps(texts), env={**os.environ, **told}, cwd=ROOT, capture_output=True, text=True
    )


def embed(folder: Path, texts: list[str] = TEXTS, weights: str = "float") -> Vectors:
    done = run_embedder(folder, texts, weights)
    assert not done.returncode, done.stderr
    return np.frombuffer(base64.b64decode(json.loads(done.stdout)["vectors"]), "<f4").reshape(len(texts), -1)


def run_beside(program: str, *arguments: str) -> None:
    """Run a program in the model server's environment."""
    subprocess.run([str(_PYTHON), "-c", program, *arguments], cwd=ROOT, check=True)


def compare(made: Vectors, expected: Vectors) -> float:
    """Return the least cosine."""
    return float((made * expected).sum(axis=1).min())


def change(file: Path, **values: object) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), **values}))


def test_the_packaged_model(folder: Path, reference: dict[str, Vectors]) -> None:
    assert compare(embed(folder), reference["minilm"]) > 0.9999


def test_weights_of_eight_bits(folder: Path, reference: dict[str, Vectors]) -> None:
    assert compare(embed(folder, weights="int8"), reference["minilm"]) > 0.99


def test_multilingual_e5(reference: dict[str, Vectors]) -> None:
    folder = find_folder(_ENVS, "multilingual-e5-small") / "model"
    if not folder.exists():
        pytest.skip("`RUNLORE_EMBEDDING_MODEL=multilingual-e5-small make setup` installs it")

    assert compare(embed(folder, weights="int8"), reference["e5"]) > 0.99


def test_a_text_may_be_what_its_first_token_is(folder: Path, reference: dict[str, Vectors]) -> None:
    (folder / "1_Pooling/config.json").write_text('{"pooling_mode": "cls"}')

    assert compare(embed(folder, TEXTS[:2]), reference["cls"]) > 0.9999


def test_roberta_counts_places_from_behind_the_filler(folder: Path, reference: dict[str, Vectors]) -> None:
    run_beside(_ADD_TWO_PLACES, str(folder / "model.safetensors"))
    change(folder / "config.json", model_type="xlm-roberta", pad_token_id=1)

    assert compare(embed(folder), reference["minilm"]) > 0.9999


def test_an_export_of_another_kind_of_network(folder: Path, reference: dict[str, Vectors]) -> None:
    (folder / "openvino").mkdir()
    export = str(folder / "openvino/openvino_model.xml")
    run_beside(_WRITE_EXPORT, str(folder), export)
    change(folder / "config.json", model_type="mpnet")

    assert compare(embed(folder), reference["minilm"]) > 0.9999


@pytest.mark.parametrize(
    ("break_it", "told"),
    [
        (lambda folder: change(folder / "config.json", model_type="mpnet"), "model_type is 'mpnet'"),
        (lambda folder: change(folder / "config.json", hidden_act="relu"), "hidden_act 'relu'"),
        (lambda folder: (folder / "1_Pooling/config.json").write_text('{"pooling_mode": "max"}'), "'max'"),
        (lambda folder: (folder / "tokenizer.json").write_text("{"), "cannot load"),
    ],
)
def test_what_cannot_be_built_is_named(folder: Path, break_it: Callable[[Path], object], told: str) -> None:
    break_it(folder)
    done = run_embedder(folder, TEXTS)

    assert done.returncode
    assert told in done.stderr
    assert str(folder) in done.stderr


def test_a_model_of_one_thread_is_bound_to_no_core() -> None:
    # All of them would be bound to the first one, and wait for each other. It is so while they compute only.
    told = {**os.environ, "RUNLORE_MODEL_THREADS": "1"}
    command = [str(_PYTHON), "-m", "serving.model_server.embed_lines"]
    seen = set()
    with subprocess.Popen(
        command, env=told, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as model:
        assert model.stdin
        assert model.stdout
        # While the model is loaded, a thread looks at one core after the other.
        print(json.dumps(TEXTS[:1]), file=model.stdin, flush=True)
        assert json.loads(model.stdout.readline())
        print(json.dumps(TEXTS * 20), file=model.stdin, flush=True)
        while not select.select([model.stdout], [], [], 0.01)[0]:
            for task in Path(f"/proc/{model.pid}/task").iterdir():
                with suppress(ProcessLookupError):
                    seen.add(frozenset(os.sched_getaffinity(int(task.name))))
        assert json.loads(model.stdout.readline())
        model.stdin.close()
    assert seen == {frozenset(os.sched_getaffinity(0))}
