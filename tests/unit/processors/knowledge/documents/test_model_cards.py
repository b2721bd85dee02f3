from processors.knowledge.documents.model_cards import write_model_card

MODEL = {
    "name": "fraud",
    "description": "Scores payments.\n\n# Limits\n\n```\n# no heading\n```",
    "tags": [{"key": "team", "value": "risk\n# x"}, {"key": "mlflow.note", "value": "hidden"}],
    "aliases": [{"alias": "champion", "version": "10"}],
}
VERSIONS = [
    {"version": "2", "description": "First that works."},
    {"version": "10", "tags": [{"key": "approved", "value": "*yes*"}]},
    {"version": "3", "description": "", "tags": []},
]


def test_descriptions_and_tags_of_model_and_versions_make_a_page() -> None:
    assert write_model_card(MODEL, VERSIONS).splitlines() == [
        "---", 'title: "Model card: fraud"', "---", "", "# Description", "", "Scores payments.", "",
        "## Limits", "", "```", "# no heading", "```", "", "- team: risk # x", "",
        "# Version 10 (champion)", "", r"- approved: \*yes\*", "", "# Version 2", "", "First that works.",
    ]  # fmt: skip


def test_a_model_that_nobody_described_has_no_page() -> None:
    assert write_model_card({"name": "x"}, [{"version": "1"}]) == ""
