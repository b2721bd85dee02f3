"""Secrets encrypted by SOPS for a key of age, committed, and applied. `make chart-release` runs this.

The API server is a real one. Argo CD and KSOPS are not here: what they do, decrypt and apply, is done by
SOPS and kubectl.
"""

import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from local import probes
from local.charts.helm import CHART
from local.errors import StackError
from local.kube import run_kubectl
from local.secret_files.encrypting import decrypt, encrypt, make_key
from local.secret_files.tools import TOOLS
from local.settings import StackSettings, load_settings
from tests.support.repository import git

KSOPS = CHART.parent / "ksops"
SECRET = "a key that nobody may read in Git"


@pytest.fixture(scope="module")
def stack() -> StackSettings:
    stack = load_settings()
    if not stack.kubernetes_on or not probes.kubernetes_answers(stack, 0):
        pytest.skip("this stack has no Kubernetes cluster: `make chart-release` starts one")
    if not (stack.envs / TOOLS.name / "built.sha256").exists():
        pytest.skip("there is no sops: `make chart-release` builds it")
    return stack


@pytest.fixture
def tools(stack: StackSettings) -> Path:
    return stack.envs / TOOLS.name / "bin"


@pytest.fixture
def namespace(stack: StackSettings) -> Iterator[str]:
    name = f"secrets-{time.time_ns()}"
    run_kubectl(stack, "create", "namespace", name)
    yield name
    run_kubectl(stack, "delete", "namespace", name, "--wait=false")


@pytest.fixture
def key(tools: Path, tmp_path: Path) -> Path:
    file = tmp_path / "keys.txt"
    make_key(tools, file)
    return file


@pytest.fixture
def repository(tools: Path, tmp_path: Path, key: Path) -> Path:
    """A repository with the Secret that the chart wants, encrypted by the project's own rules."""
    repository = tmp_path / "repository"
    repository.mkdir()
    git(repository, "init", "-q", "-b", "main")
    public = next(
        line.split(": ")[1] for line in key.read_text().splitlines() if line.startswith("# public key")
    )
    rules = (KSOPS / ".sops.yaml").read_text().replace("AGE_RECIPIENTS", public)
    (repository / ".sops.yaml").write_text(rules)
    wanted = yaml.safe_load((CHART / "values.yaml").read_text())["secrets"]["files"].values()
    manifest = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "runlore"},
        "stringData": dict.fromkeys(wanted, SECRET),
    }
    file = repository / "runlore.enc.yaml"
    file.write_text(yaml.safe_dump(manifest))
    encrypt(tools, file, repository / ".sops.yaml")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "secrets")
    return repository


def apply(stack: StackSettings, namespace: str, manifest: str, folder: Path) -> None:
    file = folder / "clear.yaml"
    file.write_text(manifest)
    run_kubectl(stack, "-n", namespace, "apply", "-f", str(file))
    file.unlink()


def read_secrets(stack: StackSettings, namespace: str) -> dict[str, Any]:
    told = json.loads(run_kubectl(stack, "-n", namespace, "get", "secrets", "-o", "json"))
    return {each["metadata"]["name"]: each["data"] for each in told["items"]}


def test_what_was_committed_is_applied_and_nowhere_readable(
    stack: StackSettings, tools: Path, namespace: str, repository: Path, key: Path, tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(repository), str(clone))
    committed = (clone / "runlore.enc.yaml").read_text()
    assert "api-key: ENC[" in committed
    assert SECRET.encode() not in git(clone, "log", "-p", "--all")

    apply(stack, namespace, decrypt(tools, clone / "runlore.enc.yaml", key), tmp_path)
    held = read_secrets(stack, namespace)["runlore"]
    assert {name: base64.b64decode(value).decode() for name, value in held.items()} == {
        "api-key": SECRET,
        "mask-key": SECRET,
    }


def test_a_foreign_key_opens_nothing_and_nothing_is_applied(
    stack: StackSettings, tools: Path, namespace: str, repository: Path, tmp_path: Path
) -> None:
    foreign = tmp_path / "foreign.txt"
    make_key(tools, foreign)
    with pytest.raises(StackError, match=r"no identity matched|Failed to get the data key"):
        apply(stack, namespace, decrypt(tools, repository / "runlore.enc.yaml", foreign), tmp_path)
    assert read_secrets(stack, namespace) == {}


def test_what_was_changed_by_hand_is_refused(tools: Path, repository: Path, key: Path) -> None:
    file = repository / "runlore.enc.yaml"
    changed = yaml.safe_load(file.read_text())
    # Both values are good ones: only their places were changed.
    one, other = changed["stringData"]["api-key"], changed["stringData"]["mask-key"]
    changed["stringData"] = {"api-key": other, "mask-key": one}
    file.write_text(yaml.safe_dump(changed))
    with pytest.raises(StackError, match=r"(?i)mac|authentic"):
        decrypt(tools, file, key)


def test_the_private_key_is_its_owners_alone(key: Path) -> None:
    assert key.stat().st_mode & 0o077 == 0
