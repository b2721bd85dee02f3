"""The base of the images where no registry can be had: Debian with its Python, from Debian's archive."""

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from local.containers.engine import FOLDER, Engine, find_program, make_environment, run_docker
from local.errors import StackError
from local.packages import install_packages

# The setting's value that asks for it; any other is the name of an image.
DEBOOTSTRAP = "debootstrap"
SUITE = "bookworm"
MADE = f"runlore/base:{SUITE}"
_PACKAGES = "ca-certificates,python3,python3-venv"
# What a system that was just made needs no more, or has copied from this machine.
_LEFT_OUT = ("var/cache/apt/archives/*.deb", "var/lib/apt/lists/*", "var/log/*.log", "etc/resolv.conf")


def choose_base(engine: Engine, setting: str) -> str:
    """Give the name of the base image that a setting means; make it if it has to be made here.

    Args:
        engine: where images are kept.
        setting: RUNLORE_BASE_IMAGE.

    Raises:
        StackError: if it can't be made.
    """
    if setting != DEBOOTSTRAP:
        return setting
    if not run_docker(engine, "images", "-q", MADE):
        _make(engine)
    return MADE


def _make(engine: Engine) -> None:
    install_packages([] if find_program("debootstrap") else ["debootstrap"])
    began = time.monotonic()
    print(f"Making {MADE} by debootstrap: minutes, once. The log: {FOLDER}/debootstrap.log", flush=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="debootstrap-", dir=FOLDER) as name:
        root = Path(name) / "root"
        _debootstrap(root)
        _import(engine, root)
    print(f"{MADE} … made in {time.monotonic() - began:.0f} s", flush=True)


def _debootstrap(root: Path) -> None:
    log = FOLDER / "debootstrap.log"
    command = [find_program("debootstrap"), "--variant=minbase", f"--include={_PACKAGES}", SUITE, str(root)]
    with log.open("w") as file:
        done = subprocess.run(command, stdout=file, stderr=subprocess.STDOUT)
    if done.returncode:
        tail = "\n".join(log.read_text().splitlines()[-10:])
        raise StackError(f"`{' '.join(command)}` failed:\n{tail}\nAll of it: {log}")
    for pattern in _LEFT_OUT:
        for path in root.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _import(engine: Engine, root: Path) -> None:
    """Make an image of a folder. tar keeps owners and modes by number, as they are in there."""
    pack = ["tar", "-C", str(root), "-c", "--numeric-owner", "."]
    take = [engine.client, "import", "-c", 'CMD ["bash"]', "-c", "ENV LANG=C.UTF-8", "-", MADE]
    with subprocess.Popen(pack, stdout=subprocess.PIPE) as packing:
        done = subprocess.run(
            take, stdin=packing.stdout, env=make_environment(engine), capture_output=True, text=True
        )
    if packing.returncode or done.returncode:
        raise StackError(f"The system of debootstrap didn't become an image: {done.stderr.strip()}")
