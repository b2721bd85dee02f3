from pathlib import Path

import pytest

from serving.access import read_api_key


def test_key_is_read_without_its_line_end(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("abc\n")
    assert read_api_key(tmp_path / "key") == "abc"


@pytest.mark.parametrize("content", [None, "", "\n"])
def test_missing_key_is_told_with_its_place(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "key").write_text(content)
    with pytest.raises(ValueError, match="RUNLORE_API_KEY_FILE"):
        read_api_key(tmp_path / "key")
