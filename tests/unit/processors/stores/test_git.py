"""Git gets credentials by files that it is shown the way to, and never in what others can read."""

import subprocess
from pathlib import Path

import pytest
from pydantic import ValidationError

from processors.settings.documents import DocumentSource
from processors.stores.git import GitError, make_environment, run_git

URL = "https://git.example.org/ops/runbooks.git"


def ask_helper(environment: dict[str, str], host: str) -> str:
    """What Git's own credential machinery says for a host."""
    done = subprocess.run(
        ["git", "credential", "fill"],
        check=False,
        capture_output=True,
        env=environment,
        input=f"protocol=https\nhost={host}\n\n".encode(),
    )
    return done.stdout.decode()


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    path = tmp_path / "the token's file"
    path.write_text("s3cr3t-token\n")
    return path


def test_git_finds_the_token_for_that_host_alone(token_file: Path) -> None:
    environment = make_environment(DocumentSource(url=URL, token_file=token_file, user="robot"))
    answer = ask_helper(environment, "git.example.org")
    assert "username=robot\npassword=s3cr3t-token\n" in answer
    assert "s3cr3t-token" not in ask_helper(environment, "evil.example.org")
    assert "s3cr3t-token" not in str(environment)


def test_git_is_given_the_key_for_ssh(tmp_path: Path) -> None:
    key = tmp_path / "id; rm -rf"
    key.write_text("key")
    source = DocumentSource(url="git@git.example.org:ops/runbooks.git", ssh_key_file=key)
    assert f"-i '{key}' -o IdentitiesOnly=yes" in make_environment(source)["GIT_SSH_COMMAND"]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(GitError, match=r"no-token.*can't be read"):
        make_environment(DocumentSource(url=URL, token_file=tmp_path / "no-token"))


@pytest.mark.parametrize(
    ("field", "url"),
    [
        ("token_file", "http://git.example.org/x.git"),
        ("token_file", "/srv/pages"),
        ("ssh_key_file", URL),
    ],
)
def test_credentials_must_fit_the_address(field: str, url: str) -> None:
    with pytest.raises(ValidationError, match=field):
        DocumentSource.model_validate({"url": url, field: "/file"})


@pytest.mark.parametrize("wrong", [{"url": "--upload-pack=x"}, {"url": URL, "branch": "-x"}])
def test_what_git_takes_for_an_option_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        DocumentSource.model_validate(wrong)


def test_transports_that_run_commands_are_refused(tmp_path: Path) -> None:
    run_git(tmp_path / "r.git", "init", "--quiet", "--bare")
    trace = tmp_path / "executed"
    with pytest.raises(GitError, match="ext"):
        run_git(tmp_path / "r.git", "fetch", "--", f"ext::sh -c touch% {trace}", "HEAD")
    assert not trace.exists()


def test_what_the_process_inherits_from_a_hook_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_INDEX_FILE", "/elsewhere/index")
    monkeypatch.setenv("GIT_TRACE_CURL", "1")
    assert {"GIT_INDEX_FILE", "GIT_TRACE_CURL"}.isdisjoint(make_environment())


def test_an_error_shows_no_login(tmp_path: Path) -> None:
    with pytest.raises(GitError) as caught:
        run_git(tmp_path / "r.git", "fetch", "http://bob:hunter22@127.0.0.1:1/x.git")
    assert "hunter22" not in str(caught.value)
