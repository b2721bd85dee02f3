from pathlib import Path

from local.launch import read_env_file


def test_values_may_hold_equals_signs_and_comments_are_skipped(tmp_path: Path) -> None:
    file = tmp_path / "x.env"
    file.write_text("# why\nURL=postgresql://u:p@h/db?sslmode=disable\n\nEMPTY=\n")
    assert read_env_file(file) == {"URL": "postgresql://u:p@h/db?sslmode=disable", "EMPTY": ""}
