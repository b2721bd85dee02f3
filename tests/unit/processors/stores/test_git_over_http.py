"""A repository behind a login: the token is sent to the host that it is for, and to no other."""

import base64
import subprocess
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from processors.settings.documents import DocumentSource
from processors.stores.git import GitError
from processors.stores.repositories import diff_files, fetch_source

LOGIN = "Basic " + base64.b64encode(b"robot:s3cr3t-token").decode()
Serve = Callable[[str], tuple[str, list[str]]]
"""Start a server that redirects to an address, or serves the repository itself; gives its own address, and
the logins that it is sent."""


class Guarded(SimpleHTTPRequestHandler):
    """Serves files to those who show the login."""

    def __init__(self, *arguments: object, elsewhere: str, seen: list[str], directory: str) -> None:
        self.elsewhere, self.seen = elsewhere, seen
        super().__init__(*arguments, directory=directory)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        given = self.headers.get("Authorization", "")
        self.seen += [given] if given else []
        if self.elsewhere:
            self.send_response(302)
            self.send_header("Location", self.elsewhere + self.path)
            self.end_headers()
        elif given == LOGIN:
            super().do_GET()
        else:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    work = tmp_path / "pages"
    work.mkdir()
    (work / "a.md").write_text("# A\n")
    identity = ("-c", "user.name=t", "-c", "user.email=t@localhost")
    for command in (
        ("init", "--quiet"),
        ("add", "."),
        ("commit", "--quiet", "-m", "c"),
        ("update-server-info",),
    ):
        subprocess.run(["git", "-C", str(work), *identity, *command], check=True)
    servers: list[ThreadingHTTPServer] = []

    def start(elsewhere: str) -> tuple[str, list[str]]:
        seen: list[str] = []
        handler = partial(Guarded, elsewhere=elsewhere, seen=seen, directory=str(work))
        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), handler))
        threading.Thread(target=servers[-1].serve_forever, args=(0.05,), daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}", seen

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text("s3cr3t-token\n")
    return path


def test_a_guarded_repository_is_read_with_the_token(serve: Serve, token_file: Path, tmp_path: Path) -> None:
    address, _ = serve("")
    source = DocumentSource(url=f"{address}/.git", token_file=token_file, user="robot")
    checkout = fetch_source(source, tmp_path / "work")
    assert list(diff_files(checkout["mirror"], None, checkout["commit"], "")["blobs"]) == ["a.md"]
    kept = [path.read_bytes() for path in checkout["mirror"].rglob("*") if path.is_file()]
    assert not [content for content in kept if b"s3cr3t-token" in content]


def test_without_it_git_is_refused_and_asks_nobody(serve: Serve, token_file: Path, tmp_path: Path) -> None:
    address, _ = serve("")
    token_file.write_text("another-token\n")
    source = DocumentSource(url=f"{address}/.git", token_file=token_file, user="robot")
    with pytest.raises(GitError) as caught:
        fetch_source(source, tmp_path / "work")
    assert "another-token" not in str(caught.value)


def test_another_host_is_not_sent_the_token(serve: Serve, token_file: Path, tmp_path: Path) -> None:
    elsewhere, seen = serve("")
    address, _ = serve(elsewhere)
    with pytest.raises(GitError):
        fetch_source(
            DocumentSource(url=f"{address}/.git", token_file=token_file, user="robot"), tmp_path / "work"
        )
    assert seen == []
