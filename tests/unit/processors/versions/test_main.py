"""What a command waits for before it does anything."""

import subprocess
import sys


def test_a_command_loads_no_more_than_a_rollback_needs() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "processors.versions", "--help"]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}
    assert "opensearchpy" in loaded
    assert not {"aiohttp.client", "mlflow", "pyarrow", "numpy", "pydantic"} & loaded
