"""Programs that look at workflows and for secrets."""

from local.go_build import Programs
from local.settings import ROOT

TOOLS = Programs(
    "ci-tools",
    "actionlint and gitleaks",
    ROOT / "local/ci",
    {
        "actionlint": "github.com/rhysd/actionlint/cmd/actionlint",
        "gitleaks": "github.com/zricethezav/gitleaks/v8",
    },
)
# Its modules and those of the others don't go together.
PUBLISHING = Programs(
    "publish-tools",
    "cosign",
    ROOT / "local/ci",
    {"cosign": "github.com/sigstore/cosign/v2/cmd/cosign@v2.6.5"},
)
