"""What the reference shows as understood is understood."""

import re
from pathlib import Path

import pytest

from tests.support.kubernetes import build

PAGE = Path(__file__).parents[5] / "docs/reference/kafka.md"
SECTION = PAGE.read_text(encoding="utf-8").partition("\n## Kubernetes\n")[2].partition("\n## ")[0]
EXAMPLES = re.findall(r"```json\n(.*?)```", SECTION, re.DOTALL)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 7


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_told(example: str) -> None:
    assert re.search(r"pay(-1)?\b", build(example, cluster="")["title"])
