"""The answering prompt in MLflow's prompt registry, so that it can be read and compared there.

The service reads the file in `serving/answering/prompts/`. An answer names that file's version, which is an
alias in the registry: `answer.v4` is `prompts:/runlore-answer@answer-v4`. `python -m
evaluation.report.prompts` registers it.
"""

import re
import sys
from typing import Final

import mlflow
from mlflow.entities.model_registry import PromptVersion

from processors.settings import load_settings
from serving.answering.prompt import PROMPT_VERSION, load_template

PROMPT_NAME: Final = "runlore-answer"
_PLACE: Final = re.compile(r"\$\{?(\w+)\}?")


def register_prompt(tracking_uri: str, version: str = PROMPT_VERSION) -> int:
    """Register the prompt unless it is there, and return its number in the registry.

    Args:
        tracking_uri: MLflow's server.
        version: Of the file, such as `answer.v4`.

    Raises:
        ValueError: The registry holds another text under this version: a changed prompt needs a new one.
        mlflow.exceptions.MlflowException: MLflow can't be reached.
    """
    mlflow.set_tracking_uri(tracking_uri)
    template = write_template(version)
    alias = version.replace(".", "-")
    known: PromptVersion | None = mlflow.genai.load_prompt(
        f"prompts:/{PROMPT_NAME}@{alias}", allow_missing=True, link_to_model=False, cache_ttl_seconds=0
    )
    if known is not None:
        if known.template != template:
            raise ValueError(f"{version} is registered with another text: give the changed prompt a new name")
        return int(known.version)
    made = mlflow.genai.register_prompt(
        PROMPT_NAME, template, commit_message=version, tags={"version": version}
    )
    mlflow.genai.set_prompt_alias(PROMPT_NAME, alias, made.version)
    return int(made.version)


def write_template(version: str) -> list[dict[str, str]]:
    """Return the messages of a prompt with its places as MLflow writes them.

    Example:
        >>> write_template(PROMPT_VERSION)[1]["content"].splitlines()[1]
        '{{sources}}'
    """
    system, user = load_template(version)
    return [
        {"role": "system", "content": system},
        {"role": "user", "content": _PLACE.sub(r"{{\1}}", user.template)},
    ]


def main() -> None:
    """Register the prompt in the MLflow that the environment names."""
    number = register_prompt(load_settings().mlflow.tracking_uri)
    sys.stdout.write(f"{PROMPT_VERSION} is version {number} of {PROMPT_NAME}\n")


if __name__ == "__main__":
    main()
