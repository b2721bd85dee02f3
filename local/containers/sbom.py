"""What is in an image, as a file: a software bill of materials in CycloneDX's form, made by syft."""

import json
import re
import subprocess
import time
from pathlib import Path
from typing import Any

from local.containers.build import name_image
from local.containers.engine import FOLDER, Engine, make_environment, run_docker
from local.errors import StackError
from local.go_build import Programs, ensure_built, read_version
from local.settings import ROOT
from local.stamps import is_stamped

_PACKAGE = "github.com/anchore/syft"
_MODULE = ROOT / "local/containers/sbom-tool"
_VERSION = read_version(_MODULE, _PACKAGE)
SYFT = Programs(
    "sbom",
    f"syft {_VERSION}",
    _MODULE,
    {"syft": f"{_PACKAGE}/cmd/syft"},
    f"-s -w -X main.version={_VERSION}",
)
BILLS = FOLDER / "sbom"
# The lock file that each image is made of.
LOCKS = {
    "service": "requirements/service.txt",
    "model-server": "requirements/model-server.txt",
    "platform": "requirements.txt",
    "spark": "requirements/spark.txt",
}

Packages = set[tuple[str, str]]


def write_bill(engine: Engine, envs: Path, target: str) -> Path:
    """Write the bill of an image, unless that of this very image is there.

    Args:
        engine: has the image.
        envs: RUNLORE_ENVS, where syft is, or is built.
        target: stage of the Dockerfile.

    Raises:
        StackError: if there is no such image, or syft can't be built or fails.
    """
    image, file = name_image(target), BILLS / f"{target}.cdx.json"
    found = run_docker(engine, "images", "--quiet", "--no-trunc", image)
    if not found:
        raise StackError(f"There is no image {image}: `make images` builds it.")
    # Beside the bill, since it tells what is in the image, and not in which.
    stamp = file.with_suffix(".image")
    if not (file.exists() and is_stamped(stamp, found)):
        began = time.monotonic()
        _run_syft(ensure_built(envs, SYFT) / "syft", engine, image, file)
        stamp.write_text(found)
        print(f"{file} … written in {time.monotonic() - began:.0f} s", flush=True)
    return file


def _run_syft(syft: Path, engine: Engine, image: str, file: Path) -> None:
    (FOLDER / "tmp").mkdir(parents=True, exist_ok=True)
    file.parent.mkdir(exist_ok=True)
    command = [str(syft), "scan", f"docker:{image}", "--quiet", "--output", f"cyclonedx-json={file}"]
    # An image is unpacked there. Nobody is asked for a newer syft.
    told = {"TMPDIR": str(FOLDER / "tmp"), "SYFT_CHECK_FOR_APP_UPDATE": "false"}
    done = subprocess.run(command, env={**make_environment(engine), **told}, capture_output=True, text=True)
    if done.returncode:
        raise StackError(f"`{' '.join(command)}` failed:\n{done.stderr.strip()}")


def read_packages(bill: str) -> Packages:
    """Give name and version of each Python package that a bill names, but those inside of another one.

    Example:
        >>> read_packages('{"components": [{"purl": "pkg:pypi/Flask_Cors@6.0.1", "version": "6.0.1"}]}')
        {('flask-cors', '6.0.1')}
    """
    components = json.loads(bill)["components"]
    named = (re.match(r"pkg:pypi/([^@]+)@", component.get("purl", "")) for component in components)
    return {
        (_normalise(name[1]), component["version"])
        for name, component in zip(named, components, strict=True)
        if name and not _is_carried(component)
    }


def _is_carried(component: dict[str, Any]) -> bool:
    """Tell whether a package lies in another one, as some do in setuptools, and is pinned by its hash."""
    places = component.get("properties", [])
    return any(
        place["name"].startswith("syft:location") and "/_vendor/" in place["value"] for place in places
    )


def read_lock(lock: str) -> tuple[Packages, Packages]:
    """Give the packages that a lock file puts into every image, and all that it may put into one.

    Example:
        >>> read_lock("a==1 ; sys_platform == 'win32' -\\nB_c==2 -".replace("-", chr(92)))[0]
        {('b-c', '2')}
    """
    lines = re.findall(r"^([A-Za-z0-9._-]+)==(\S+) (;)?", lock, re.MULTILINE)
    allowed = {(_normalise(name), version) for name, version, _ in lines}
    return {(_normalise(name), version) for name, version, marker in lines if not marker}, allowed


def list_bill_faults(target: str, bill: str, lock: str) -> list[str]:
    """Say where a bill and a lock file differ: what is missing, and what nobody locked.

    Args:
        target: stage of the Dockerfile.
        bill: text of the bill.
        lock: text of the lock file.
    """
    found, (wanted, allowed) = read_packages(bill), read_lock(lock)
    return [
        f"the bill of {target} {verb} {name} {version}"
        for verb, packages in (("lacks", wanted - found), ("names the unlocked", found - allowed))
        for name, version in sorted(packages)
    ]


def _normalise(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
