"""SOPS and age, built for whoever has them not."""

from local.go_build import Programs
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
