import re

from local.artifacts import NEURAL_POM, POM
from local.environment import compute_environment
from local.passwords import ensure_passwords
from local.services import steps_of
from local.settings import StackSettings
from local.templates import TEMPLATES, make_values, render_text


def render(settings: StackSettings) -> str:
    values = make_values(settings, ensure_passwords(settings.home / "secrets"))
    return render_text(TEMPLATES / "opensearch/opensearch.yml.template", values)


def test_the_plugin_has_the_version_of_the_server() -> None:
    versions = {
        re.search(r"<opensearch\.version>(.+)</opensearch\.version>", pom.read_text())
        for pom in (POM, NEURAL_POM)
    }
    assert len({found and found[1] for found in versions}) == 1


def test_it_is_on_as_a_whole_or_not_at_all(settings: StackSettings) -> None:
    passwords = ensure_passwords(settings.home / "secrets")
    for switch in (False, True):
        chosen = settings.model_copy(update={"neural_search": switch})
        environment = compute_environment(chosen, passwords)
        assert environment["RUNLORE_OPENSEARCH_SERVER"].endswith("opensearch-neural") is switch
        assert environment["RUNLORE_NEURAL_SEARCH"] == ("on" if switch else "off")
        # A server without the plugin refuses to start with its settings.
        assert ("plugins.ml_commons" in render(chosen)) is switch
        assert ("neural-search" in {step.name for step in steps_of(chosen)}) is switch


def test_only_the_stacks_own_model_server_is_trusted(settings: StackSettings) -> None:
    text = render(settings.model_copy(update={"neural_search": True}))
    (pattern,) = re.findall(r'trusted_connector_endpoints_regex: \["(.+)"\]', text)
    assert re.match(pattern, f"http://127.0.0.1:{settings.ports['model-server']}/openai/v1/embeddings")
    assert not re.match(pattern, "http://127.0.0.1:1/openai/v1/embeddings")
    assert not re.match(pattern, "http://example.org/openai/v1/embeddings")
