"""Names of index versions and of the slices that belong to them.

A version is a family of indices: its base `rag-v000042`, and in the dynamic pipeline the numbered slices
`rag-v000042-000001`, `rag-v000042-000002`… Numbers have six digits, so no family's name begins another's.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    # The schema's module brings pyarrow, and a rollback by command must not wait for that.
    from processors.knowledge.chunk import Pipeline

VERSION: Final = r"(cag|rag)-v\d{6}"
"""Pattern of the name of a version of ours."""

# Whose versions there are is looked up; a name alone doesn't say.
_ANY_VERSION: Final = re.compile(r"([a-z]\w*)-v\d{6}")
_SLICE: Final = re.compile(r"(?<=-v\d{6})-\d{6}$")


def name_version(pipeline: str, number: int) -> str:
    """Return the name of a version, which is that of its base.

    Example:
        >>> name_version("rag", 42)
        'rag-v000042'
    """
    return f"{pipeline}-v{number:06d}"


def name_slice(version: str, number: int) -> str:
    """Return the name of one of a version's slices.

    Example:
        >>> name_slice("rag-v000042", 3)
        'rag-v000042-000003'
    """
    return f"{version}-{number:06d}"


def find_version(index: str) -> str:
    """Return the version that an index, base or slice, belongs to.

    Example:
        >>> find_version("rag-v000042-000003"), find_version("cag-v000017")
        ('rag-v000042', 'cag-v000017')
    """
    return _SLICE.sub("", index)


def find_pipeline(index: str) -> str:
    """Return the pipeline of the version that an index, base or slice, belongs to.

    Example:
        >>> find_pipeline("rag-v000042-000003")
        'rag'
    """
    return find_version(index).rpartition("-v")[0]


def parse_pipeline(version: str) -> "Pipeline":
    """Return the pipeline that a person's spelling of a version names.

    Raises:
        ValueError: It is no name of a version.

    Example:
        >>> parse_pipeline("cag-v000017")
        'cag'
    """
    match = _ANY_VERSION.fullmatch(version)
    if match is None:
        raise ValueError(
            f"{version!r} is no version; they are named like cag-v000017, and make versions lists them"
        )
    return cast("Pipeline", match[1])


def read_number(index: str) -> int:
    """Return the number of the version that an index, base or slice, belongs to.

    Example:
        >>> read_number("rag-v000042-000003")
        42
    """
    return int(find_version(index).rpartition("-v")[2])


def cover_family(version: str) -> str:
    """Return the expression by which a version is searched with all its slices.

    The base is named in full, so that a version which is gone is an error and not an empty answer.

    Example:
        >>> cover_family("rag-v000042")
        'rag-v000042,rag-v000042-*'
    """
    return f"{version},{name_all_slices(version)}"


def name_all_slices(version: str) -> str:
    """Return the expression for a version's slices alone.

    Example:
        >>> name_all_slices("rag-v000042")
        'rag-v000042-*'
    """
    return f"{version}-*"


def own_meta(index: str, mapping: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a version says of itself: nothing, if it is an unfinished clone that says what another is.

    Args:
        index: Its name.
        mapping: What OpenSearch has as its mapping.

    Example:
        >>> of_another = {"_meta": {"version": "cag-v000017", "state": "live"}}
        >>> own_meta("cag-v000017", of_another)["state"], own_meta("cag-v000018", of_another)
        ('live', {})
    """
    meta: dict[str, Any] = mapping.get("_meta", {})
    return meta if meta.get("version", index) == index else {}
