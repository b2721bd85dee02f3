"""The record of a version in MLflow."""

import importlib

from mlflow.environment_variables import MLFLOW_HTTP_REQUEST_MAX_RETRIES, MLFLOW_HTTP_REQUEST_TIMEOUT


def test_a_release_tries_three_times_for_half_a_minute_each_and_not_for_as_long_as_mlflow_would() -> None:
    importlib.import_module("evaluation.report.tracking")
    assert (MLFLOW_HTTP_REQUEST_MAX_RETRIES.get(), MLFLOW_HTTP_REQUEST_TIMEOUT.get()) == (2, 30)
