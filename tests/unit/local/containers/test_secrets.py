"""What a build is told in confidence is what means something there, and lies nowhere afterwards."""

import configparser
from pathlib import Path

import pytest

from local.containers.secrets import CERTIFICATES, hold_secrets, render_pip_conf
from local.environments import ensure_uv
from local.settings import load_settings


def test_what_pip_is_told_here_is_handed_on_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    envs = load_settings().envs
    ensure_uv(envs)  # whose pip is asked; the index below is none
    certificates = tmp_path / "ca.pem"
    certificates.touch()
    monkeypatch.setenv("PIP_CERT", str(certificates))
    monkeypatch.setenv("PIP_INDEX_URL", "https://reader:secret@mirror.example/simple")
    monkeypatch.setenv("PIP_FIND_LINKS", "/a/folder/of/this/machine")
    with hold_secrets(envs) as options:
        file = Path(options[1].partition("src=")[2])
        assert file.parent.stat().st_mode & 0o077 == 0
        told = configparser.RawConfigParser()
        told.read(file)
        assert told["global"]["index-url"] == "https://reader:secret@mirror.example/simple"
        assert told["global"]["cert"] == CERTIFICATES
        assert "find-links" not in told["global"]
        assert options[3] == f"id=ca,src={certificates}"
    assert not file.exists()


def test_several_values_of_one_option_stay_several() -> None:
    listed = [r"global.extra-index-url='\nhttps://one.example/simple\nhttps://two.example/simple'"]
    told = configparser.RawConfigParser()
    told.read_string(render_pip_conf(listed, has_certificates=False))
    assert told["global"]["extra-index-url"].split() == [
        "https://one.example/simple",
        "https://two.example/simple",
    ]


def test_the_environment_wins_over_the_files() -> None:
    listed = ["global.index-url='https://file.example'", ":env:.index-url='https://environment.example'"]
    assert "environment" in render_pip_conf(listed, has_certificates=False)
