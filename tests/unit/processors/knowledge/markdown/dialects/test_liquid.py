"""Liquid's tags: values, captures and conditions. Never are both sides of one shown as if they were one."""

import pytest

from tests.support.markdown import lines, show, tell


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("{% hint style='warning' %}\nHot.\n{% endhint %}", "> [!WARNING]\n> Hot."),
        ("{% tabs x %}\n{% tab x On A %}\na\n{% endtab %}\n{% endtabs %}", "> [!TAB] On A\n> a"),
        (
            "```\n{% raw %}{% comment %}a{% endcomment %}{% endraw %}\n```\nb{% comment %}c{% endcomment %}",
            "```\n{% comment %}a{% endcomment %}\n```\n\nb",
        ),
        ("{% note %} Hot. {% endnote %}", "> [!NOTE]\n> Hot."),
        (
            "{% tabs %}\n{% tab title='A' %}\na\n{% endtab %}\n"
            "{% tab title='B' %}\nb\n{% endtab %}\n{% endtabs %}",
            "> [!TAB] A\n> a\n\n> [!TAB] B\n> b",
        ),
        ("{% highlight sh linenos %}\nls  *\n{% endhighlight %}", "```sh\nls  *\n```"),
        ("{% code title='a.sh' %}\n```sh\nls\n```\n{% endcode %}", "a.sh\n\n```sh\nls\n```"),
        ("{% raw %}\n{{ a }} {% if b %}\n{% endraw %}", "{{ a }} {% if b %}"),
        ("```\n{% raw %}{{ a }}{% endraw %}\n```", "```\n{{ a }}\n```"),
        ("{% assign v = '2.1' %}\nTake {{ v }}: `get {{ v }}`.", "Take 2.1: `get 2.1`."),
        ("---\nhall: b\n---\nIn {{ page.hall }}.", "In b."),
        ("[a]({{site.url}}{{ site.baseurl }}/b/)", "[a](/b/)"),
        ("[a]({% link _posts/b.md %})", "[a](_posts/b.md)"),
        ("Of {{ site.baseurl }} *and* {{ a | upcase }}", "Of {{ site.baseurl }} and {{ a | upcase }}"),
        ("{% include note.html content='Hot' %}", "> [!NOTE]\n> Hot"),
        ("{% include callout.html type='danger' content='Hot' %}", "> [!DANGER]\n> Hot"),
        ("{% include image.html file='a.png' alt='Load' %}", "![Load](a.png)"),
        ("{% include x/y.html %}", "> [!OMITTED] include\n> `x/y.html`"),
        ("{% include_relative y.md %}", "> [!OMITTED] include\n> `y.md`"),
        ("{% set a = 1 %}\nb", "b"),
        ("Use {% icon gear %} now", "Use {% icon gear %} now"),
        ("- a\n{% include copy.html %}\n- b", "- a\n- b"),
    ],
)
def test_tags_are_what_they_show(page: str, shown: str) -> None:
    assert show(page) == shown


def test_each_side_of_a_condition_stands_under_it() -> None:
    sides = "{% if site.gas %}\n1. Open.\n{% elsif site.wood %}\n1. Stack.\n{% else %}\n1. Wait.\n{% endif %}"
    page = f"{sides}\nEnd."
    assert show(page) == lines("""
        > [!TAB] if site.gas
        >
        > 1. Open.

        > [!TAB] elsif site.wood
        >
        > 1. Stack.

        > [!TAB] else
        >
        > 1. Wait.

        End.
        """)
    assert tell(page) == ["a.md:1: what is shown depends on if site.gas"]


@pytest.mark.parametrize(
    "page",
    [
        '2. {% if page.oven == "gas" %}Open the tap.{% else %}Stack wood.{% endif %}',
        "{% unless a %}One.{% endunless %} Two.",
        "{% for a in b %}One.{% endfor %}",
    ],
)
def test_a_condition_in_a_sentence_stays_as_it_is_written(page: str) -> None:
    assert show(page) == page
    assert "what is shown depends on" in tell(page)[0]


def test_a_condition_that_holds_headings_leaves_the_sections_as_they_are() -> None:
    page = "{% ifversion ghes %}\n## Old\n\na\n{% else %}\n## New\n\nb\n{% endif %}"
    assert show(page) == (
        "> [!TAB] ifversion ghes\n\n## Old\n\na\n\n> [!TAB] else\n\n## New\n\nb\n\n"
        "> [!TAB] end of ifversion ghes"
    )


def test_what_is_captured_is_a_value_or_shown_as_the_include_shows_it() -> None:
    page = """
        {% capture base %}../{{ site.v }}/{% endcapture %}
        {% capture warning %}
        Never open the *flap*.
        {% endcapture %}
        {% capture step_rest %}
        GET _cat
        {% endcapture %}
        {% capture step_python %}
        import cat

        cat.all()
        {% endcapture %}

        {% include code.html rest=step_rest python=step_python %}
        {% include warning.html content=warning %}

        See [the flap]({{ base }}flap.html).
        """
    assert show(page) == lines("""
        ```rest
        GET _cat
        ```

        ```python
        import cat

        cat.all()
        ```

        > [!WARNING]
        > Never open the flap.

        See [the flap](../{{site.v}}/flap.html).
        """)


def test_what_has_no_value_is_told() -> None:
    code = "get {{ page.v }} {{ .Values.a }} {{ $labels.b }}"
    page = f"Take {{{{ v }}}}: `get {{{{ site.v }}}}` [a]({{{{ x }}}})\n\n```\n{code}\n```"
    assert tell(page) == [
        "a.md:1: {{ site.v }} has no value here",
        "a.md:1: {{ v }} has no value here",
        "a.md:1: {{ x }} has no value here",
        "a.md:4: {{ page.v }} has no value here",
    ]


@pytest.mark.parametrize(
    ("page", "what"),
    [
        ("{% if a %}\nb", "Liquid tag if is never closed"),
        ("a {% endif %}", "Liquid tag endif closes nothing"),
        ("{% raw %}", "Liquid tag raw is never closed"),
        ("a {% endraw %}", "Liquid tag raw closes nothing"),
    ],
)
def test_what_is_no_pair_is_told_and_hides_nothing(page: str, what: str) -> None:
    assert tell(page)[0] == f"a.md:1: {what}"
    assert set("ab") & set(page) <= set(show(page))
