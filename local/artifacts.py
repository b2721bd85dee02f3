"""The Java parts: fetched by Maven from `local/pom.xml`, unpacked once for all stacks."""

import shutil
import subprocess
import zipfile
from pathlib import Path

from local.errors import StackError
from local.settings import ROOT, StackSettings
from local.stamps import hash_files, is_stamped

POM = ROOT / "local/pom.xml"
NEURAL_POM = ROOT / "local/neural-search.xml"
PLUGINS = ("opensearch-job-scheduler", "opensearch-knn", "neural-search")
SERVER = "opensearch"
NEURAL_SERVER = "opensearch-neural"
BUCKET_POM = ROOT / "local/object-store.xml"
BUCKET_SERVER = "opensearch-s3"


def ensure_artifacts(envs: Path) -> None:
    """Fetch and unpack OpenSearch with its plugins, Kafka and the JMX exporter, unless pom.xml is unchanged.

    Args:
        envs: RUNLORE_ENVS; the parts go to its folder `java`.

    Raises:
        StackError: if Maven can't fetch them.
    """
    java = envs / "java"
    stamp = java / "pom.sha256"
    wanted = hash_files(POM)
    if is_stamped(stamp, wanted):
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
    wanted = hash_files(POM, NEURAL_POM)
    if is_stamped(stamp, wanted):
        return
    print("Fetching OpenSearch's plugin for models with Maven (390 MB) …", flush=True)
    shutil.rmtree(server, ignore_errors=True)
    run_maven(NEURAL_POM, java)
    shutil.copytree(java / SERVER, server)
    unzip(java / "downloads/opensearch-ml-plugin.zip", server / "plugins/opensearch-ml-plugin")
    (java / "downloads/opensearch-ml-plugin.zip").unlink()
    stamp.write_text(wanted)


def choose_server(settings: StackSettings) -> str:
    """Give the folder of the OpenSearch that the settings ask for."""
    if settings.backup_bucket:
        return BUCKET_SERVER
    return NEURAL_SERVER if settings.neural_search else SERVER


def ensure_object_store(envs: Path) -> None:
    """Fetch an S3 server, and make an OpenSearch that writes to it, unless both project files are unchanged.

    Args:
        envs: RUNLORE_ENVS, where `ensure_artifacts` has been.

    Raises:
        StackError: if Maven can't fetch them.
    """
    java = envs / "java"
    server, stamp = java / BUCKET_SERVER, java / "object-store.sha256"
    wanted = hash_files(POM, BUCKET_POM)
    if is_stamped(stamp, wanted):
        return
    print("Fetching S3Proxy and OpenSearch's plugin for S3 with Maven (130 MB) …", flush=True)
    for old in (java / "s3proxy", server):
        shutil.rmtree(old, ignore_errors=True)
    shutil.copytree(java / SERVER, server)
    for profile, folder in (("server", "s3proxy"), ("plugin", f"{BUCKET_SERVER}/plugins/repository-s3")):
        run_maven(BUCKET_POM, java, "-P", profile, f"-Drunlore.folder={folder}")
    plugin = server / "plugins/repository-s3"
    drop_twins(plugin, server)
    for file in (ROOT / "local/config/repository-s3").iterdir():
        shutil.copy(file, plugin)
    stamp.write_text(wanted)


def drop_twins(plugin: Path, server: Path) -> None:
    """Take out of a plugin the libraries that its server has, too: it refuses a class that comes twice."""
    for library in server.glob("lib/*.jar"):
        (plugin / library.name).unlink(missing_ok=True)


def run_maven(pom: Path, java: Path, *options: str) -> None:
    """Let Maven fetch what a project file names into the folder.

    Args:
        pom: The project file.
        java: The folder.
        options: More options of Maven.

    Raises:
        StackError: if it can't; the message has the end of what it said.
    """
    command = ["mvn", "-B", "-q", "-ntp", "-f", str(pom), "package", f"-Drunlore.java={java}", *options]
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
