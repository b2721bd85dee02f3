"""Stand-ins for public images where no registry can be reached: programs of Debian and of Maven Central."""

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from local.artifacts import ensure_artifacts
from local.containers.base import choose_base
from local.containers.build import name_variable, run_build
from local.containers.engine import FOLDER, Engine
from local.packages import ensure_java
from local.settings import ROOT, StackSettings

SOURCES = ROOT / "local/containers/stand-ins"
NAMES = ("postgres", "redis", "kafka", "opensearch", "prometheus", "nginx")
# Of a JDK, what a server never reads.
_UNUSED = shutil.ignore_patterns("src.zip", "jmods", "man", "demo", "include")


def name_stand_in(name: str) -> str:
    """Give the name of a stand-in's image.

    Example:
        >>> name_stand_in("kafka")
        'runlore/stand-in-kafka'
    """
    return f"runlore/stand-in-{name}"


def make_image_variables() -> dict[str, str]:
    """Make the variables by which compose.yaml takes the stand-ins.

    Example:
        >>> make_image_variables()["RUNLORE_IMAGE_KAFKA"]
        'runlore/stand-in-kafka'
    """
    return {name_variable(name): name_stand_in(name) for name in NAMES}


def build_stand_ins(engine: Engine, settings: StackSettings, names: Sequence[str] = NAMES) -> None:
    """Build stand-ins; what did not change is taken from the engine's cache.

    Args:
        engine: builds and keeps them.
        settings: name the base, the JDK, and the folder of the Java parts.
        names: which; all of them by default.

    Raises:
        StackError: if one can't be built.
    """
    base = choose_base(engine, settings.base_image)
    ensure_artifacts(settings.envs)
    with _gather(settings) as context:
        for name in names:
            began = time.monotonic()
            command = [
                engine.client, "build", "--progress", "plain", "--target", name, "--tag", name_stand_in(name),
                "--build-arg", f"BASE_IMAGE={base}", *(["--network", "host"] if engine.is_own else []), ".",
            ]  # fmt: skip
            run_build(command, engine, name, context)
            print(f"{name_stand_in(name)} … built in {time.monotonic() - began:.0f} s", flush=True)


@contextmanager
def _gather(settings: StackSettings) -> Iterator[Path]:
    """Give a folder with all that the stand-ins are made of."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="stand-ins-", dir=FOLDER) as name:
        context = Path(name)
        shutil.copytree(SOURCES, context, dirs_exist_ok=True)
        for part in ("opensearch", "kafka"):
            shutil.copytree(settings.envs / "java" / part, context / part)
        shutil.copytree(ensure_java(settings.java_home), context / "jdk", ignore=_UNUSED)
        yield context
