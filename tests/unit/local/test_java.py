from pathlib import Path

import pytest

from local.errors import StackError
from local.java import find_java


def _make_jdk(folder: Path, version: str) -> Path:
    (folder / "bin").mkdir(parents=True)
    (folder / "bin/java").touch()
    (folder / "release").write_text(f'IMPLEMENTOR="x"\nJAVA_VERSION="{version}"\n')
    return folder


def test_the_newest_jdk_is_chosen(tmp_path: Path) -> None:
    old, new = _make_jdk(tmp_path / "a", "17.0.15"), _make_jdk(tmp_path / "b", "25.0.1")
    assert find_java("", [old, new]) == new


def test_java_8_is_not_taken_for_version_1(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="No JDK 21 or newer"):
        find_java("", [_make_jdk(tmp_path / "a", "1.8.0_402")])


def test_a_configured_jdk_that_is_too_old_is_refused(tmp_path: Path) -> None:
    jdk = _make_jdk(tmp_path / "a", "17.0.15")
    with pytest.raises(StackError, match=r"RUNLORE_JAVA_HOME=.* \(found 17\)"):
        find_java(str(jdk))
