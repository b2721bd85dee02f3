"""A program that reads a document has its limits."""

import sys

import pytest

from processors.knowledge.documents.limited import ConversionError, run_limited


def run(code: str, data: bytes = b"") -> bytes:
    return run_limited([sys.executable, "-c", code], data, seconds=1)


def test_what_it_writes_is_returned() -> None:
    assert run("import sys; sys.stdout.write(sys.stdin.read().upper())", b"loom") == b"LOOM"


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("while True: pass", "more time or memory than a page may|not done after 2 s"),
        ("import time; time.sleep(60)", "not done after 2 s"),
        ("x = bytearray(2 << 30)", "MemoryError"),
        (
            "import sys\nwhile True: sys.stdout.write('x' * 1_000_000)",
            "more than 50000000 bytes|File too large",
        ),
        ("import sys; sys.exit('no loom')", "^no loom$"),
        ("import sys; sys.exit(3)", "^exit status 3$"),
    ],
)
def test_it_ends_with_the_reason(code: str, why: str) -> None:
    with pytest.raises(ConversionError, match=why):
        run(code)


def test_it_sees_neither_folder_nor_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "x")
    assert run("import os; print(os.listdir(), 'SECRET' in os.environ)") == b"[] False\n"


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(ConversionError, match="no-such-loom isn't installed; `make setup` installs it"):
        run_limited(["no-such-loom"], b"")
