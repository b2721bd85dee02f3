"""MDX: imports are gone, components show what they hold, an imported page is an include."""

import pytest

from tests.support.markdown import lines, show, tell


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("import A from '@theme/A';\nimport {\n  B,\n  C\n} from 'd'\n\n# T", "# T"),
        ("export const a = {\n  b: 1\n};\n\n# T", "# T"),
        ("import the dump with care", "import the dump with care"),
        ("a {/* never */} b", "a b"),
        ('<Admonition type="tip" title="Do">\nSo.\n</Admonition>', "> [!TIP] Do\n> So."),
        ("<Warning>Hot.</Warning>", "> [!WARNING]\n> Hot."),
        ('<Accordion title="More">\n\na\n\n</Accordion>', "> [!DETAILS] More\n> a"),
        ("<CodeGroup>\n```sh npm\na\n```\n</CodeGroup>", "```sh\na\n```"),
        ('<Tabs>\n<Tab title="A">\na\n</Tab>\n</Tabs>', "> [!TAB] A\n> a"),
        ('See <Link to="/x">the *page*</Link>.', "See [the page](/x)."),
        ('Now <Badge text="beta" /> of <Pod>', "Now beta of <Pod>"),
        ("<Versions of='loom' />", "> [!OMITTED] component\n> `Versions of='loom'`"),
        ("<Wrapper className={styles.a}>\n\n## a\n\nb\n\n</Wrapper>", "## a\n\nb"),
        ("Use `<Tabs>` and `</Tabs>`.", "Use `<Tabs>` and `</Tabs>`."),
        ("a\n\n    <Note>\n    b\n    </Note>", "a\n\n```\n<Note>\nb\n</Note>\n```"),
        (
            "```jsx\n<Note>\nimport a from 'b'\n</Note>\n```",
            "```jsx\n<Note>\nimport a from 'b'\n</Note>\n```",
        ),
        ("1. a\n\n   <Note>\n   b\n   </Note>\n\n2. c", "1. a\n\n   > [!NOTE]\n   > b\n\n2. c"),
    ],
)
def test_components_are_what_they_show(page: str, shown: str) -> None:
    assert show(page) == shown


def test_tabs_have_the_labels_that_their_group_gives_them_and_code_as_far_in_as_it_may_be() -> None:
    page = """
        <Tabs
          groupId="os"
          values={[
            {label: 'On Linux', value: 'linux'},
            {label: "On Windows", value: "win"},
          ]}>
          <TabItem value="linux">

            Stop it:

            ```sh
            loom stop
            ```

            <Note>

              Mind the thread.

            </Note>

          </TabItem>
          <TabItem value="win" default>

            ```powershell
            Stop-Loom
            ```

          </TabItem>
        </Tabs>
        """
    assert show(page) == lines("""
        > [!TAB] On Linux
        > Stop it:
        >
        > ```sh
        > loom stop
        > ```
        >
        > > [!NOTE]
        > > Mind the thread.

        > [!TAB] On Windows
        >
        > ```powershell
        > Stop-Loom
        > ```
        """)


def test_steps_of_a_component_are_steps() -> None:
    get, run = '<Step title="Get it">\n```sh\nget\n```\n</Step>', '<Step title="Run it">\nNow.\n</Step>'
    page = f"<Steps>\n{get}\n{run}\n</Steps>"
    assert show(page) == "1. Get it\n\n   ```sh\n   get\n   ```\n\n2. Run it\n\n   Now."


def test_an_imported_page_is_an_include() -> None:
    page = "import Stop from './_stop.mdx';\n\n<Stop />\n\nEnd."
    assert show(page) == "> [!OMITTED] include\n> `./_stop.mdx`\n\nEnd."
    assert tell(page) == ["a.md:3: include ./_stop.mdx is not here"]
    assert show(page, "docs/a.mdx", {"docs/_stop.mdx": "1. Stop."}.get) == "1. Stop.\n\nEnd."
