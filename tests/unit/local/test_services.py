import configparser

import pytest

from local.errors import StackError
from local.kube import switch
from local.services import PREPARATIONS, SERVICES, SWITCHES, enabled_services, names_of, steps_of
from local.settings import ROOT, StackSettings
from local.start import choose_steps


@pytest.fixture(scope="module")
def programs() -> dict[str, configparser.SectionProxy]:
    parser = configparser.RawConfigParser()
    parser.read(ROOT / "local/supervisord.conf")
    names = [section for section in parser.sections() if section.startswith("program:")]
    return {name.removeprefix("program:"): parser[name] for name in names}


def test_every_program_is_a_service_and_the_reverse(programs: dict[str, configparser.SectionProxy]) -> None:
    assert {service.name for service in SERVICES} == programs.keys()


def test_every_program_that_ends_is_started_again_with_all_its_children(
    programs: dict[str, configparser.SectionProxy],
) -> None:
    for name, program in programs.items():
        assert program.getboolean("autorestart"), name
        assert program.getboolean("killasgroup"), name


def test_every_optional_part_says_what_switches_it() -> None:
    assert {step.part for step in (*SERVICES, *PREPARATIONS)} - {""} == SWITCHES.keys()


def test_the_order_names_only_what_exists() -> None:
    steps = (*SERVICES, *PREPARATIONS)
    names = {step.name for step in steps}
    assert {name for step in steps for name in step.after} <= names


def test_open_webui_can_be_switched_off(settings: StackSettings) -> None:
    without = enabled_services(settings.model_copy(update={"open_webui": False}))
    assert {s.name for s in enabled_services(settings)} - {s.name for s in without} == {"open-webui"}


def test_there_is_no_cluster_until_somebody_wants_one(settings: StackSettings) -> None:
    of_cluster = set(names_of("Kubernetes"))
    assert not of_cluster & {step.name for step in steps_of(settings)}
    switch(settings, on=True)
    assert of_cluster <= {step.name for step in steps_of(settings)}
    switch(settings, on=False)
    assert not of_cluster & {step.name for step in steps_of(settings)}


def test_a_setting_has_the_last_word_on_the_cluster(settings: StackSettings) -> None:
    forbidden = settings.model_copy(update={"kubernetes": "off"})
    with pytest.raises(StackError, match="RUNLORE_KUBERNETES=off decides"):
        switch(forbidden, on=True)
    assert settings.model_copy(update={"kubernetes": "on"}).kubernetes_on


def test_starting_one_service_starts_what_it_needs(settings: StackSettings) -> None:
    assert choose_steps(settings, frozenset({"mlflow"})).keys() == {"postgres", "databases", "mlflow"}


def test_an_unknown_service_is_named(settings: StackSettings) -> None:
    with pytest.raises(StackError, match="No such service: grafana"):
        choose_steps(settings, frozenset({"grafana"}))
