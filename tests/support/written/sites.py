"""Dialects of Markdown: those of generators of sites that have templates."""

import re
from typing import Final

from tests.support.written.codes import CODES
from tests.support.written.markdown import (
    any_matter,
    around,
    bullets,
    fence,
    folded,
    four_spaces,
    heading,
    indent,
    make_page,
    make_steps,
    quote,
    tildes,
    yaml,
)
from tests.support.written.pages import Dialect, Holder, Lines

LISTS: Final[dict[str, Holder]] = {"steps": make_steps(), "bullets": bullets}


def _show_shortcodes(code: str) -> Lines:
    """Code that speaks of shortcodes, as it must be written so that Hugo shows it."""
    return fence(re.sub(r"\{\{<(.*?)>\}\}", r"{{</*\1*/>}}", code))


def _keep_from_liquid(code: str) -> Lines:
    return ["{% raw %}", *fence(code), "{% endraw %}"] if "{" in code else fence(code)


def _keep_within(code: str) -> Lines:
    first, *lines = fence(code)
    return (
        [first, "{% raw %}" + lines[0], *lines[1:-1], "{% endraw %}" + lines[-1]]
        if "{" in code
        else fence(code)
    )


def _hold_four_in(opening: str) -> Holder:
    return lambda lines, label, _: [opening.replace("LABEL", f"For {label}"), "", *indent(lines, 4)]


def _mark_note(lines: Lines, label: str, _: int) -> Lines:
    return [*quote(lines, label, 0), "{: .warning }"]


SITES: Final[dict[str, Dialect]] = {
    "hugo": Dialect(
        path="content/a.md",
        page=make_page(any_matter),
        holders={
            **LISTS,
            "alert": around('{{% alert title="LABEL" color="warning" %}}', "{{% /alert %}}"),
            "tabs": around(
                '{{< tabs name="x" >}}\n{{% tab name="LABEL" %}}',
                '{{% /tab %}}\n{{% tab name="Else" %}}\nNothing.\n{{% /tab %}}\n{{< /tabs >}}',
            ),
            "details": around('{{< details title="LABEL" closed="true" >}}', "{{< /details >}}"),
        },
        blocks=(_show_shortcodes, tildes),
        codes=(*CODES, "{{< note >}}\nno\n{{< /note >}}", "get {{< gate-version >}} --now"),
        extras=(
            (["Take it with `gate get {{< gate-version >}}`."], "gate get {{< gate-version >}}"),
            (['{{% readfile file="missing.md" %}}'], "missing.md"),
            (["See [the gate]({{< ref gate.md >}})."], "the gate"),
        ),
    ),
    "jekyll": Dialect(
        path="_pages/a.md",
        page=make_page(yaml, '{% assign unused = "x" %}', "{% comment %}hidden{% endcomment %}"),
        holders={
            **LISTS,
            "quote": quote,
            "note": _mark_note,
            "tabs": around(
                "{% tabs x %}\n{% tab x LABEL %}",
                "{% endtab %}\n{% tab x Else %}\nNothing.\n{% endtab %}\n{% endtabs %}",
            ),
        },
        blocks=(_keep_from_liquid, _keep_within),
        codes=(
            *CODES,
            "{% if a %}{% comment %}shown{% endcomment %}{% endif %}",
            "gate get {{ site.gate }} || {{ a }}",
        ),
        extras=(
            (["Take it with `gate get {{ site.gate }}`."], "gate get {{ site.gate }}"),
            (["{% include missing.md %}"], "missing.md"),
            (["{% if page.hall %}", "", "Only there.", "", "{% endif %}"], "Only there."),
        ),
    ),
    "gitbook": Dialect(
        path="a.md",
        page=make_page(),
        holders={
            **LISTS,
            "hint": around('{% hint style="warning" %}\nMind LABEL.', "{% endhint %}"),
            "tabs": around('{% tabs %}\n{% tab title="LABEL" %}', "{% endtab %}\n{% endtabs %}"),
            "folded": folded,
        },
        blocks=(fence, tildes),
        extras=(
            (['{% content-ref url="gate.md" %}', "[gate.md](gate.md)", "{% endcontent-ref %}"], "gate.md"),
            (['{% include "missing.md" %}'], "missing.md"),
        ),
        codes=tuple(code for code in CODES if "{%" not in code),
    ),
    "docusaurus": Dialect(
        path="docs/a.mdx",
        page=make_page(
            yaml,
            "import Tabs from '@theme/Tabs';",
            "import TabItem from '@theme/TabItem';",
            "",
            "{/* hidden */}",
        ),
        holders={
            **LISTS,
            "note": around(":::warning[LABEL]", ":::"),
            "tabs": around(
                '<Tabs>\n<TabItem value="a" label="LABEL">',
                '</TabItem>\n<TabItem value="b">\n\nNothing.\n\n</TabItem>\n</Tabs>',
            ),
            "folded": folded,
        },
        blocks=(fence, tildes),
        extras=(
            (['<Versions of="gate" />'], "Versions of="),
            (["{/* hidden", "shown */}", "", "Go to <Link to='/gate'>the gate</Link>."], "the gate"),
        ),
    ),
    "mintlify": Dialect(
        path="a.mdx",
        page=make_page(yaml),
        holders={
            **LISTS,
            "component steps": around(
                '<Steps>\n<Step title="LABEL">',
                '</Step>\n<Step title="Go on">\n\nIt runs.\n\n</Step>\n</Steps>',
            ),
            "note": around("<Warning>\n  Mind LABEL.", "</Warning>", inside=2),
            "accordion": around('<Accordion title="LABEL">', "</Accordion>"),
        },
        blocks=(fence, tildes),
        extras=((["<Snippet file='missing.mdx' />"], "missing.mdx"),),
    ),
    "erb": Dialect(
        path="source/a.html.md.erb",
        page=make_page(yaml, "<%# hidden %>"),
        holders={**LISTS, "quote": quote, "folded": folded},
        blocks=(fence, tildes, four_spaces),
        extras=(
            (["Take `gate get <%= gate_version %>`."], "gate get <%= gate_version %>"),
            (["<%= partial 'partials/missing' %>"], "partials/missing"),
        ),
    ),
    "mkdocs": Dialect(
        path="docs/a.md",
        page=make_page(yaml),
        holders={
            "steps": make_steps(4),
            "bullets": lambda lines, label, _: [f"* At {label}:", "", *indent(lines, 4)],
            "admonition": _hold_four_in('!!! warning "LABEL"'),
            "tabs": lambda lines, label, _: [
                *_hold_four_in('=== "LABEL"')(lines, label, 0),
                "",
                '=== "Else"',
                "",
                "    No.",
            ],
            "folded": _hold_four_in('??? tip "LABEL"'),
        },
        blocks=(fence, tildes),
        codes=(*CODES, '--8<-- "missing.sh"\ngate start'),
        extras=(
            (["Take `gate get {{ gate_version }}`."], "gate get {{ gate_version }}"),
            (['--8<-- "missing.md"'], "missing.md"),
            (["{! missing.md !}"], "missing.md"),
            (['{% include-markdown "missing.md" %}'], "missing.md"),
        ),
    ),
    "mdbook": Dialect(
        path="src/a.md",
        page=make_page(heading),
        holders={**LISTS, "quote": quote, "folded": folded},
        blocks=(fence, tildes, four_spaces),
        codes=(*CODES, "{{#include missing.rs:2:4}}"),
        extras=((["{{#include missing.md}}"], "missing.md"),),
    ),
}
"""Generators of sites, each with what it puts into Markdown."""
