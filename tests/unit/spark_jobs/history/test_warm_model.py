"""A model is started once for a worker, and one that died is told and replaced."""

import sys
from pathlib import Path

import numpy as np
import pytest

from spark_jobs.history.warm_model import embed_warm

MODEL = """
import base64, json, os, struct, sys
open(sys.argv[1], "a").write(f"{os.environ['RUNLORE_MODEL_THREADS']} ")
for line in sys.stdin:
    texts = json.loads(line)
    if "die" in texts:
        sys.exit(3)
    vectors = base64.b64encode(b"".join(struct.pack("<2f", len(text), 1) for text in texts)).decode()
    print(json.dumps({"model": "m@1", "vectors": vectors}), flush=True)
"""


def test_a_model_is_started_once_and_anew_when_it_died(tmp_path: Path) -> None:
    script, starts = tmp_path / "model.py", tmp_path / "starts"
    script.write_text(MODEL)
    command = f"{sys.executable} {script} {starts}"
    for texts in (["a", "four"], ["ü\n"]):
        vectors, served = embed_warm(command, texts)
        assert vectors.tolist() == [[len(text), 1] for text in texts]
        assert vectors.dtype == np.float32
        assert served == "m@1"
    assert starts.read_text() == "1 "
    with pytest.raises(RuntimeError, match="ended with"):
        embed_warm(command, ["die"])
    assert len(embed_warm(command, ["a"])[0]) == 1
    assert starts.read_text() == "1 1 "
