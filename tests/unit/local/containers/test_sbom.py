"""What is in an image, held against the lock file that it was made of."""

import json
import re

import pytest

from local.containers.build import TARGETS
from local.containers.sbom import LOCKS, list_bill_faults, read_lock
from local.settings import ROOT

LOCK = """\
litestar==2.25.0 \\
    --hash=sha256:00
    # via service
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:01
typing-extensions==4.16.0 \\
    --hash=sha256:02
"""


def _bill(**packages: str) -> str:
    components = [{"purl": f"pkg:pypi/{name}@{v}", "version": v} for name, v in packages.items()]
    return json.dumps({"components": [*components, {"type": "operating-system", "version": "12"}]})


def test_a_bill_that_says_what_is_locked_has_no_fault() -> None:
    right = {"litestar": "2.25.0", "typing_extensions": "4.16.0"}
    assert list_bill_faults("service", _bill(**right), LOCK) == []
    assert list_bill_faults("service", _bill(**right, colorama="0.4.6"), LOCK) == []


def test_what_a_locked_package_carries_inside_is_no_fault() -> None:
    bill = json.loads(_bill(litestar="2.25.0", typing_extensions="4.16.0", tomli="2.4.0"))
    place = "/opt/venv/lib/python3.11/site-packages/setuptools/_vendor/tomli-2.4.0.dist-info/METADATA"
    bill["components"][2]["properties"] = [{"name": "syft:location:0:path", "value": place}]

    assert list_bill_faults("model-server", json.dumps(bill), LOCK) == []


@pytest.mark.parametrize(
    ("packages", "fault"),
    [
        ({"litestar": "2.25.0"}, "lacks typing-extensions 4.16.0"),
        ({"litestar": "2.25.0", "typing_extensions": "4.16.0", "pip": "25.1"}, "names the unlocked pip 25.1"),
    ],
)
def test_what_is_missing_and_what_nobody_locked_are_faults(packages: dict[str, str], fault: str) -> None:
    assert list_bill_faults("service", _bill(**packages), LOCK) == [f"the bill of service {fault}"]


def test_another_version_is_two_faults() -> None:
    other = _bill(litestar="2.24.0", typing_extensions="4.16.0")
    assert len(list_bill_faults("service", other, LOCK)) == 2


@pytest.mark.parametrize("target", TARGETS)
def test_each_image_is_held_against_the_lock_file_that_its_stage_installs(target: str) -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    stage = re.search(rf"^FROM runtime AS {target}$.*?(?=^FROM |\Z)", dockerfile, re.MULTILINE | re.DOTALL)
    assert stage
    assert f"source={LOCKS[target]},target=/tmp/lock.txt" in stage[0]
    always, allowed = read_lock((ROOT / LOCKS[target]).read_text())
    assert len(always) > 10
    assert always <= allowed
