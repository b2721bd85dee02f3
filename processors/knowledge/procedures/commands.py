"""Commands on a page: what they call, and whether a shell could read them. Nothing is ever run."""

import re
import shlex
import shutil
import subprocess
from typing import Final

from processors.knowledge.procedures import Command

_SHELLS: Final = ("sh", "bash", "shell", "zsh", "console", "shell-session", "terminal")
_PROMPT: Final = re.compile(r"^\s*(?:\[[^\]\n]*\][$#]|[\w.@:~/-]*\$|[\w.-]+@[\w.:~/-]+#)\s+(?=\S)")
_PROMPT_ANY: Final = re.compile(r"^\s*\$\s+(?=\S)", re.MULTILINE)
_PLACEHOLDER: Final = re.compile(r"<[A-Za-z][^<>\n]*>|\{\{.*?\}\}|\[[A-Z][A-Z _-]+\]")
_ASSIGNMENT: Final = re.compile(r"^\w+=")
_SKIPPED: Final = ("sudo", "env", "time", "nohup", "exec", "command")
_TOOLS: Final = (
    "amtool", "argocd", "aws", "az", "cat", "cp", "crictl", "curl", "dig", "docker", "df", "du",
    "etcdctl", "find", "flux", "free", "gcloud", "git", "grep", "helm", "ip", "journalctl", "kill",
    "kubectl", "ls", "lsof", "make", "mdadm", "mv", "nslookup", "oc", "openssl", "ping", "podman",
    "promtool", "psql", "redis-cli", "rm", "smartctl", "ss", "ssh", "sudo", "systemctl", "tail",
    "top", "vmstat",
)  # fmt: skip
_COMPLAINT: Final = re.compile(r"line (\d+): (.*)")
_MAX_COMMAND_LINES: Final = 50
_TIMEOUT_SECONDS: Final = 10


def read_block(info: str, text: str, line: int) -> list[Command]:
    """Return a code block as a command, an empty one as none.

    Args:
        info: What stands behind the fence.
        text: Of the block.
        line: Of its first line of code.
    """
    words = info.split()
    language = words[0].strip("{}.").lower() if words else ""
    return (
        [Command(language=language, text=text, line=line, target=find_target(text))] if text.strip() else []
    )


def is_command(code: str) -> bool:
    """Tell whether code within a line calls a well-known tool.

    Example:
        >>> is_command("kubectl get pods"), is_command("up"), is_command("kubectl")
        (True, False, False)
    """
    words = code.split()
    return len(words) > 1 and words[0] in _TOOLS


def find_target(text: str) -> str:
    """Return the tool that code calls first or, of `ssh`, the host.

    Example:
        >>> find_target("# as root\\n$ sudo systemctl restart kafka"), find_target("ssh -v db1 uptime")
        ('systemctl', 'db1')
    """
    for line in text.splitlines():
        words = _PROMPT.sub("", line).split()
        while words and (words[0] in _SKIPPED or _ASSIGNMENT.match(words[0])):
            words = words[1:]
        if words and not words[0].startswith("#"):
            hosts = [word for word in words[1:] if not word.startswith("-")]
            return hosts[0] if words[0] == "ssh" and hosts else words[0]
    return ""


def find_fault(command: Command) -> tuple[int, str] | None:
    """Return the line and complaint of a shell that reads a command, or None if it is well-formed.

    The shell only parses (`-n`). Placeholders such as `<pod>` and `{{ name }}` count as words. Code in
    another language is not looked at, nor is any where there is no bash.
    """
    bash = shutil.which("bash")
    if command["language"] not in _SHELLS or not bash:
        return None
    text = _PLACEHOLDER.sub("x", _drop_output(command["text"]))
    done = subprocess.run(
        [bash, "--norc", "--noprofile", "-n", "-s"],
        input=text.encode(errors="replace"),
        env={"LC_ALL": "C"},
        capture_output=True,
        timeout=_TIMEOUT_SECONDS,
        check=False,
    )
    complaint = _COMPLAINT.search(done.stderr.decode(errors="replace"))
    if not done.returncode or not complaint:
        return None
    last = command["text"].count("\n", 0, len(command["text"].rstrip()))
    return command["line"] + min(int(complaint[1]) - 1, last), complaint[2][:200]


def _drop_output(text: str) -> str:
    """Of a session with prompts only what was typed, line for line; any other text as it is."""
    if not _PROMPT_ANY.search(text):
        return text
    kept, begun = list[str](), list[str]()
    for line in text.split("\n"):
        if _PROMPT.match(line):
            begun = [_PROMPT.sub("", line)]
            kept.append(begun[0])
        elif begun and len(begun) < _MAX_COMMAND_LINES and _is_open(begun):
            begun.append(line)
            kept.append(line)
        else:
            begun = []
            kept.append("")
    return "\n".join(kept)


def _is_open(lines: list[str]) -> bool:
    """Whether a command goes on in the next line: by a backslash, an operator or an open quote."""
    if lines[-1].rstrip().endswith(("\\", "|", "&&")):
        return True
    try:
        shlex.split("\n".join(lines), comments=True)
    except ValueError:
        return True
    return False
