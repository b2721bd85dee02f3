"""The Java parts: fetched by Maven from `local/pom.xml`, unpacked once for all stacks."""

import hashlib
import shutil
import subprocess
import zipfile
from pathlib import Path

from local.errors import StackError
from local.settings import ROOT

POM = ROOT / "local/pom.xml"
NEURAL_POM = ROOT / "local/neural-search.xml"
PLUGINS = ("opensearch-job-scheduler", "opensearch-knn", "neural-search")
SERVER = "opensearch"
NEURAL_SERVER = "opensearch-neural"


def ensure_artifacts(envs: Path) -> None:
    """Fetch and unpack OpenSearch with its plugins, Kafka and the JMX exporter, unless pom.xml is unchanged.

    Args:
        envs: RUNLORE_ENVS; the parts go to its folder `java`.

    Raises:
        StackError: if Maven can't fetch them.
    """
    java = envs / "java"
    stamp = java / "pom.sha256"
    wanted = hashlib.sha256(POM.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("Fetching OpenSearch and Kafka with Maven (about 230 MB) …", flush=True)
    for folder in ("kafka", "downloads", SERVER):
        shutil.rmtree(java / folder, ignore_errors=True)
    run_maven(POM, java)
    unpack_opensearch(java)
    stamp.write_text(wanted)


def ensure_neural_search(envs: Path) -> None:
    """Make the server that has the plugin for models too, unless both project files are unchanged.

    It lies beside the other one, so that a stack that is switched over disturbs none that runs.

    Args:
        envs: RUNLORE_ENVS, where `ensure_artifacts` has been.

    Raises:
        StackError: if Maven can't fetch the plugin.
    """
    java = envs / "java"
    server, stamp = java / NEURAL_SERVER, java / "neural-search.sha256"
    wanted = hashlib.sha256(POM.read_bytes() + NEURAL_POM.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("Fetching OpenSearch's plugin for models with Maven (390 MB) …", flush=True)
    shutil.rmtree(server, ignore_errors=True)
    run_maven(NEURAL_POM, java)
    shutil.copytree(java / SERVER, server)
    unzip(java / "downloads/opensearch-ml-plugin.zip", server / "plugins/opensearch-ml-plugin")
    (java / "downloads/opensearch-ml-plugin.zip").unlink()
    stamp.write_text(wanted)


def run_maven(pom: Path, java: Path) -> None:
    """Let Maven fetch what a project file names into the folder.

    Raises:
        StackError: if it can't; the message has the end of what it said.
    """
    command = ["mvn", "-B", "-q", "-ntp", "-f", str(pom), "package", f"-Drunlore.java={java}"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise StackError(
            f"Maven failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}\nTo see all: {' '.join(command)}"
        )


def unpack_opensearch(java: Path) -> None:
    """Unpack the server to `java/opensearch` and each plugin under its `plugins` folder."""
    unpacked = java / "unpacked"
    shutil.rmtree(unpacked, ignore_errors=True)
    unzip(java / "downloads/opensearch.zip", unpacked)
    (server,) = unpacked.iterdir()
    for plugin in PLUGINS:
        unzip(java / f"downloads/{plugin}.zip", server / "plugins" / plugin)
    server.rename(java / SERVER)
    unpacked.rmdir()


def unzip(archive: Path, target: Path) -> None:
    """Unpack an archive with the permissions that it holds: scripts must stay executable."""
    with zipfile.ZipFile(archive) as file:
        for member in file.infolist():
            path = Path(file.extract(member, target))
            if mode := member.external_attr >> 16 & 0o777:
                path.chmod(mode)
