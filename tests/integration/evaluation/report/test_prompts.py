"""The answering prompt in a registry of its own."""

from pathlib import Path

import mlflow
import pytest

from evaluation.report.prompts import PROMPT_NAME, register_prompt, write_template
from serving.answering.prompt import PROMPT_VERSION, load_template


def test_a_prompt_is_registered_once_under_the_name_that_answers_carry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A file, so that the stack's registry stays as it is; making its tables takes some seconds.
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    former = mlflow.get_tracking_uri()
    try:
        assert [register_prompt(uri) for _ in range(2)] == [1, 1]
        alias = PROMPT_VERSION.replace(".", "-")
        found = mlflow.genai.load_prompt(f"prompts:/{PROMPT_NAME}@{alias}", link_to_model=False)
        assert found.template == write_template(PROMPT_VERSION)
        assert "{{question}}" in found.template[1]["content"]
        system, user = load_template(PROMPT_VERSION)
        monkeypatch.setattr(
            "evaluation.report.prompts.load_template", lambda _: (f"{system} Be brief.", user)
        )
        with pytest.raises(ValueError, match="another text"):
            register_prompt(uri)
    finally:
        mlflow.set_tracking_uri(former)
