import pytest

from local import packages
from local.errors import StackError


def test_without_root_the_command_to_type_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "find_missing", lambda: ["rsyslog-kafka"])
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(StackError, match=r"sudo apt-get install .*rsyslog-kafka"):
        packages.ensure_packages()
