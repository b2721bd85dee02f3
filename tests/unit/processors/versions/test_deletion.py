"""Which version a rollback goes to, and which versions are pruned."""

from typing import Any

import pytest

from processors.versions import deletion, swaps
from processors.versions.catalog import Version


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let OpenSearch hold versions of these states; the first in capitals is live, and `_` is pinned."""

    def hold_states(*states: str, **replaced: str) -> Any:
        names = [f"cag-v{number:06d}" for number in range(1, len(states) + 1)]
        held = [
            Version(
                index=name,
                number=number,
                live=state.isupper(),
                meta={"state": state.strip("_").lower()}
                | ({"replaced": replaced[f"v{number}"]} if f"v{number}" in replaced else {}),
            )
            for number, (name, state) in enumerate(zip(names, states, strict=True), start=1)
        ]
        pinned = [name for name, state in zip(names, states, strict=True) if state.startswith("_")]
        monkeypatch.setattr(deletion, "list_versions", lambda *_: held)
        monkeypatch.setattr(swaps, "list_versions", lambda *_: held)
        monkeypatch.setattr(deletion, "list_pinned", lambda *_: pinned)
        deleted: list[str] = []
        monkeypatch.setattr(deletion, "delete_version", lambda _, name, **__: deleted.append(name))
        return deleted

    return hold_states


def number_of(name: str | None) -> int | None:
    return int(name[-1]) if name else None


@pytest.mark.parametrize(
    ("states", "replaced", "goes_to"),
    [
        (["retired", "LIVE"], {}, 1),
        (["LIVE", "retired"], {}, None),
        (["retired", "refused", "LIVE"], {}, 1),
        # An overlapping update, or a kill right after a swap, has left it so.
        (["live", "LIVE"], {}, 1),
        # The second was taken back before the third was built.
        (["retired", "retired", "LIVE"], {"v3": "cag-v000001"}, 1),
        # An older one was promoted by hand.
        (["retired", "LIVE", "retired"], {"v2": "cag-v000003"}, 3),
        # What it replaced was pruned.
        (["retired", "LIVE"], {"v2": "cag-v000000"}, 1),
        (["retired", "candidate"], {}, None),
    ],
)
def test_a_rollback_goes_to_what_the_live_version_replaced(
    hold: Any, states: list[str], replaced: dict[str, str], goes_to: int | None
) -> None:
    hold(*states, **replaced)
    client: Any = None
    assert number_of(swaps.find_previous(client, "cag")) == goes_to


@pytest.mark.parametrize(
    ("states", "doomed"),
    [
        (["retired", "retired", "LIVE"], [1]),
        (["_retired", "retired", "LIVE"], []),
        (["retired", "refused", "refused", "LIVE"], [2]),
        (["LIVE", "retired", "retired", "retired"], [2]),
        (["retired", "LIVE", "building", "candidate"], []),
        (["retired", "retired", "retired", "LIVE", "candidate"], [1, 2]),
    ],
)
def test_pruning_keeps_a_way_back_and_what_is_pinned_live_or_built(
    hold: Any, states: list[str], doomed: list[int]
) -> None:
    deleted = hold(*states)
    client: Any = None
    assert [number_of(name) for name in deletion.prune_versions(client, "cag", 2)] == doomed
    assert [number_of(name) for name in deleted] == doomed
