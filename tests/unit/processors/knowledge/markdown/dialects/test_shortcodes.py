"""Shortcodes of Hugo's themes show what a reader of the site would see, or stay as they are written."""

import pytest

from tests.support.markdown import lines, show, tell


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ('{{% alert title="Hot" color="warning" %}}\nOuch.\n{{% /alert %}}', "> [!WARNING] Hot\n> Ouch."),
        ("{{< hint danger >}}\nOuch.\n{{< /hint >}}", "> [!DANGER]\n> Ouch."),
        ('{{% notice tip "Do" %}}\nSo.\n{{% /notice %}}', "> [!TIP] Do\n> So."),
        ('{{< callout type="info" >}}\nSo.\n{{< /callout >}}', "> [!INFO]\n> So."),
        ('{{< details title="More" closed="true" >}}\na\n{{< /details >}}', "> [!DETAILS] More\n> a"),
        ('{{< expand "More" >}}a{{< /expand >}}', "> [!DETAILS] More\n> a"),
        ('{{< tabs "x" >}}\n{{< tab "Mac" >}}\na\n{{< /tab >}}\n{{< /tabs >}}', "> [!TAB] Mac\n> a"),
        (
            '{{< tabs items="A,B" >}}\n{{< tab >}}a{{< /tab >}}\n{{< tab >}}b{{< /tab >}}\n{{< /tabs >}}',
            "> [!TAB] A\n> a\n\n> [!TAB] B\n> b",
        ),
        (
            '{{< tabpane lang="sh" >}}\n{{< tab header="One" >}}\nls\n  -l\n{{< /tab >}}\n{{< /tabpane >}}',
            "> [!TAB] One\n>\n> ```sh\n> ls\n>   -l\n> ```",
        ),
        (
            '{{< tabs name="x" >}}\n{{< tab "A" codelang="sh" >}}\nls\n  -l\n{{< /tab >}}\n{{< /tabs >}}',
            "> [!TAB] A\n>\n> ```sh\n> ls\n>   -l\n> ```",
        ),
        (
            '{{< tabpane text=true >}}\n{{% tab header="One" %}}\n*a*\n{{% /tab %}}\n{{< /tabpane >}}',
            "> [!TAB] One\n> a",
        ),
        ("{{< highlight sh >}}\nls   *a*\n{{< /highlight >}}", "```sh\nls   *a*\n```"),
        ("Run {{< highlight sh >}}ls{{< /highlight >}}.", "Run `ls`."),
        ("1. a\n{{< note >}}\nb\n{{< /note >}}\n2. c", "1. a\n\n   > [!NOTE]\n   > b\n\n2. c"),
        ("1. a\n\n   {{< note >}}\n   b\n   {{< /note >}}\n\n2. c", "1. a\n\n   > [!NOTE]\n   > b\n\n2. c"),
        ("- {{< note >}}a{{< /note >}}\n- b", "- > [!NOTE]\n  > a\n\n- b"),
        ("a {{< note >}}b{{< /note >}} c", "a Note: b c"),
        ('A {{< tooltip\n  text="pod"\n  id="x" >}} fell.\nMore.', "A pod fell. More."),
        ("{{< figure src='a.png' title='Load' >}}", "![Load](a.png)"),
        ('{{< card link="/a" title="Go" >}}', "[Go](/a)"),
        ("{{< wrapper >}}\n## a\n\nb\n{{< /wrapper >}}", "## a\n\nb"),
        ("{{< toc >}}\na", "a"),
        ('{{< youtube "x1" >}}', '> [!OMITTED] shortcode\n> `youtube "x1"`'),
        ("Take {{< latest >}} now.", "Take {{< latest >}} now."),
        ('| {{< v a="1|2" >}} | b |\n| - | - |', '| {{< v a="1\\|2" >}} | b |\n| --- | --- |'),
        ("[x](https://e.example/{{< latest >}}/a)", "[x](<https://e.example/{{\\<latest\\>}}/a>)"),
        ("<div>\n{{< note >}}\n*a*\n{{< /note >}}\n</div>\n\nb", "> [!NOTE]\n> a\n\nb"),
        (
            "```html\n{{</* tabs >}}\n{{% tab %}}x{{% /tab %}}\n{{< /tabs */>}}\n```",
            "```html\n{{< tabs >}}\n{{% tab %}}x{{% /tab %}}\n{{< /tabs >}}\n```",
        ),
        ("Of {{</* note >}}x{{< /note */>}}.", "Of {{< note >}}x{{< /note >}}."),
        ("Of {{</* note */>}} and `{{%/* x */%}}`", "Of {{< note >}} and `{{% x %}}`"),
    ],
)
def test_shortcodes_are_what_they_show(page: str, shown: str) -> None:
    assert show(page) == shown


def test_a_value_that_is_not_on_the_page_stays_in_the_command_and_is_told() -> None:
    page = lines("""
        1. Fetch the loom's driver:

           ```sh
           loom get --driver {{< loom-driver arch="arm" >}} --to $HOME
           ```

           Or {{< loom-driver >}} with `loom get {{% loom-driver %}}`.
        2. Start it.
        """)
    assert show(page).replace("\n\n2.", "\n2.") == page
    assert tell(page) == [
        'a.md:4: {{< loom-driver arch="arm" >}} has no value here',
        "a.md:7: shortcode loom-driver has no value here",
        "a.md:7: {{% loom-driver %}} has no value here",
    ]


def test_a_value_of_the_front_matter_is_put_in() -> None:
    assert show('---\nversion: "1.2"\n---\nTake {{< param "version" >}} or {{< param "x" >}}.') == (
        'Take 1.2 or {{< param "x" >}}.'
    )


@pytest.mark.parametrize("name", ["note", "tab", "details", "mystery"])
def test_tags_in_a_step_leave_it_a_step(name: str) -> None:
    page = f"1. a\n\n   {{{{< {name} >}}}}\n   b\n   {{{{< /{name} >}}}}\n\n   ```sh\n   c\n   ```\n2. d"
    assert show(page).endswith("   ```sh\n   c\n   ```\n\n2. d")
