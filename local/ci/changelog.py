"""What CHANGELOG.md says of a version: the text of its release. `python -m local.ci.changelog v1.2.3`.

Needs no package, for a release is told of before anything is installed.
"""

import re
import sys
import tomllib

from local.environments import ROOT
from local.errors import StackError


def main(arguments: list[str]) -> int:
    """Print the section of one tag, or say why there can be no release of it."""
    try:
        (tag,) = arguments
        version = read_version()
        if tag != f"v{version}":
            raise StackError(f"the tag is {tag}, and pyproject.toml says {version}: put them right")
        print(find_section((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), version))
    except (StackError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def read_version() -> str:
    """Give the project's version."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(told["project"]["version"])


def find_section(changelog: str, version: str) -> str:
    r"""Give what stands under a version's heading.

    Args:
        changelog: in the form of Keep a Changelog.
        version: without a v.

    Raises:
        StackError: if there is no such heading, or nothing under it.

    Example:
        >>> find_section("## [Unreleased]\n\n## [1.0.0] - 2026-01-02\n\n- One.\n\n## [0.9.0]\n", "1.0.0")
        '- One.'
    """
    heading = rf"^## \[{re.escape(version)}\][^\n]*\n(.*?)(?=^## \[|\Z)"
    found = re.search(heading, changelog, re.MULTILINE | re.DOTALL)
    if not found or not found[1].strip():
        raise StackError(
            f"CHANGELOG.md says nothing under [{version}]: move what is under [Unreleased] there"
        )
    return found[1].strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
