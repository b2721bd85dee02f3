"""`make bench-redaction`: how fast secrets are masked, which are missed, and what is masked for nothing.

Three maskers do the same work: ours, the bare plugins of detect-secrets with their keyword and entropy rules,
and the six regular expressions that Runlore began with. CPU time of one process, the best of three rounds.
RUNLORE_TEST_DATA may name a folder of Markdown pages, in which false masks are counted, too.
"""

import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.plugins.base import RegexBasedDetector

from evaluation.benchmarks.rows import Row, emit, open_table
from evaluation.benchmarks.secret_texts.ordinary import draw_ordinary_lines
from evaluation.benchmarks.secret_texts.planted import Planted, find_traces, plant_secrets
from evaluation.benchmarks.secret_texts.surrounded import KEPT, Surrounded, surround_secrets
from processors.knowledge.redaction.masking import open_masker
from processors.knowledge.redaction.replacing import Masker

_SEED: Final = 20261121
_LINES: Final = 20_000
_OLD: Final = tuple(
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        r"-----BEGIN (?:[A-Z ]+ )?PRIVATE KEY-----(?P<secret>.+?)-----END",
        r"\b[a-z][a-z0-9+.-]*://[^\s:/@]+:(?P<secret>[^\s/@]+)@",
        r"\b(?:authorization:\s*)?(?:bearer|basic)\s+(?P<secret>[\w.~+/=-]{12,})",
        r"\b[\w-]*(?:password|passwd|secret|token|api[_-]?key|access[_-]?key)[\"']?\s*[=:]\s*[\"']?"
        r"(?P<secret>(?!<masked:)[^\s\"',;&}{$]{6,})",
        r"\b(?P<secret>AKIA[0-9A-Z]{16}|gh[pousr]_\w{36,}|xox[abpr]-[\w-]{10,}|sk-[\w-]{20,})\b",
        r"\b(?P<secret>eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,})\b",
    )
)


def mask_by_old_patterns(text: str) -> str:
    """Mask with the six patterns that Runlore began with."""
    for pattern in _OLD:
        text = pattern.sub(lambda match: match.group().replace(match["secret"], "<masked>"), text)
    return text


def open_library_masker() -> Masker:
    """Return a masker of every plugin of detect-secrets that finds its secrets in a text."""
    classes: Iterable[Any] = get_mapping_from_secret_type_to_class().values()
    # An address of a host is no secret.
    plugins = [make() for make in classes if make.__name__ != "IPPublicDetector"]

    def mask(text: str) -> str:
        for line in text.splitlines():
            for plugin in plugins:
                # The entropy rules judge in `analyze_line` only.
                values = (
                    plugin.analyze_string(line)
                    if isinstance(plugin, RegexBasedDetector)
                    else (found.secret_value or "" for found in plugin.analyze_line("text", line))
                )
                for value in [value for value in values if value]:
                    text = text.replace(value, "<masked>")
        return text

    return mask


def measure_speed(mask: Masker, lines: list[str]) -> float:
    """Return how many lines a second of CPU masks."""
    best = float("inf")
    for _ in range(3):
        begin = time.process_time()
        for line in lines:
            mask(line)
        best = min(best, time.process_time() - begin)
    return len(lines) / best


def count_misses(mask: Masker, planted: list[Planted]) -> Counter[str]:
    """Return how many secrets of each kind are still shown."""
    return Counter(each["kind"] for each in planted if find_traces(each, mask(each["text"])))


def find_missed(mask: Masker, surrounded: Iterable[Surrounded]) -> list[str]:
    """Return the texts in whose surroundings a secret is still shown."""
    return [
        each["text"] for each in surrounded if any(trace in mask(each["text"]) for trace in each["traces"])
    ]


def read_pages(folder: Path) -> list[str]:
    """Return the Markdown pages below a folder, in the order of their paths."""
    return [path.read_text(encoding="utf-8", errors="replace") for path in sorted(folder.rglob("*.md"))]


def find_changed(mask: Masker, lines: list[str]) -> list[str]:
    """Return the lines that masking changes."""
    return [line for line in lines if mask(line) != line]


def main() -> None:
    """Print speed, misses by kind and false masks of the three maskers."""
    planted = list(plant_secrets(_SEED))
    ordinary = draw_ordinary_lines(_SEED, _LINES)
    folder = os.environ.get("RUNLORE_TEST_DATA", "")
    prose = (
        [line for page in read_pages(Path(folder)) for line in page.splitlines() if line.strip()]
        if folder
        else []
    )
    size = sum(map(len, ordinary)) // len(ordinary)
    surrounded = list(surround_secrets(_SEED))
    sys.stdout.write(
        f"{len(planted)} planted secrets, {len(surrounded)} ways to write one, {len(KEPT)} look-alikes, "
        f"{_LINES} ordinary JSON log lines of {size} bytes\n"
    )
    ours = open_masker(b"a key of the benchmark")
    maskers = {
        "runlore": ours,
        "detect-secrets alone": open_library_masker(),
        "old patterns": mask_by_old_patterns,
    }
    speeds, missed = dict[str, float](), dict[str, float]()
    for name, mask in maskers.items():
        lines = ordinary if name != "detect-secrets alone" else ordinary[:500]
        misses = count_misses(mask, planted)
        speeds[name], missed[name] = measure_speed(mask, lines), misses.total()
        false = len(find_changed(mask, lines)) / len(lines)
        sys.stdout.write(
            f"{name:22} {speeds[name]:9.0f} lines/s   missed {sum(misses.values()):4}   "
            f"ordinary lines changed {false:.2%}   ways missed {len(find_missed(mask, surrounded)):3}   "
            f"look-alikes changed {len(find_changed(mask, KEPT)):3}\n"
        )
        sys.stdout.write(
            "".join(f"    missed {count:3} of 50: {kind}\n" for kind, count in sorted(misses.items()))
        )
    open_table("CPU time of one process")
    for name in list(maskers)[1:]:
        emit(Row("lines masked", speeds["runlore"], "lines/s", "more", beside=name, bare=speeds[name]))
        emit(Row("planted secrets missed", missed["runlore"], "secrets", beside=name, bare=missed[name]))
    if prose:
        changed = find_changed(ours, prose)
        sys.stdout.write(
            f"pages: {len(changed)} of {len(prose)} lines changed, {len(changed) / len(prose):.3%}\n"
        )
        sys.stdout.write(
            "".join(f"    {ours(line).strip()[:140]}\n" for line in changed[:: max(1, len(changed) // 30)])
        )


if __name__ == "__main__":
    main()
