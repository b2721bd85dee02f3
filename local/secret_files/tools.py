"""SOPS and age, built for whoever has them not."""

from pathlib import Path

from local.go_build import Programs, ensure_built
from local.settings import ROOT

TOOLS = Programs(
    "secret-tools",
    "sops and age",
    ROOT / "local/secret_files",
    {
        "age": "filippo.io/age/cmd/age",
        "age-keygen": "filippo.io/age/cmd/age-keygen",
        "sops": "github.com/getsops/sops/v3/cmd/sops",
    },
)


def ensure_tools(envs: Path) -> Path:
    """Build the programs where they are missing, and give their folder."""
    return ensure_built(envs, TOOLS)
