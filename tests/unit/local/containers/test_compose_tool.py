"""Compose, where Docker has no plugin for it."""

from local.containers.compose_tool import COMPOSE


def test_the_version_that_is_told_is_the_one_that_is_built() -> None:
    version = COMPOSE.title.split()[-1]
    assert f"github.com/docker/compose/v2 {version}" in (COMPOSE.module / "go.mod").read_text()
    assert COMPOSE.flags.endswith(f"Version={version}")
