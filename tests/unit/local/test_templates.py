from pathlib import Path

import pytest

from local.errors import StackError
from local.passwords import ensure_passwords
from local.settings import StackSettings
from local.templates import TEMPLATES, make_values, render_text


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.template")), ids=lambda path: path.name)
def test_every_template_finds_its_values(settings: StackSettings, template: Path) -> None:
    values = make_values(settings, ensure_passwords(settings.home / "secrets"))
    text = render_text(template, values)
    assert "$root" not in text
    assert "$home" not in text


def test_a_missing_value_is_named(tmp_path: Path) -> None:
    template = tmp_path / "a.template"
    template.write_text("port $nowhere_port")
    with pytest.raises(StackError, match="nowhere_port"):
        render_text(template, {})
