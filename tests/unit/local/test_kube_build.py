"""The programs of the cluster are all of one version, which they know."""

from local import kube_build
from local.go_build import Programs, compute_stamp, read_version


def test_the_programs_are_told_the_version_that_go_mod_requires() -> None:
    version = read_version(kube_build.MODULE, kube_build.KUBERNETES)
    assert version.startswith("v1.33.")
    assert f"gitVersion={version}" in kube_build.make_linker_flags(version)


def test_another_kwok_is_built_again() -> None:
    stamps = {
        compute_stamp(Programs("kube", "", kube_build.MODULE, {"kwok": package}))
        for package in (kube_build.KWOK, f"{kube_build.KWOK}-next")
    }
    assert len(stamps) == 2
