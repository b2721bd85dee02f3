import pytest

from local import packages
from local.errors import StackError


def test_without_root_the_command_to_type_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(StackError, match=r"sudo apt-get install .*rsyslog-kafka"):
        packages.install_packages(["rsyslog-kafka"])


def test_a_browser_is_for_tests_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "_is_present", lambda _: False)
    assert "chromium" not in packages.find_missing()
    assert "chromium" in packages.find_missing(for_tests=True)
