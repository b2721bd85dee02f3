"""From pages to answers: a procedure is quoted exactly as it was written, or what is missing is said."""

import pytest

from processors.retrieval.language import PHRASES
from serving.model_server.extractive.model import answer_prompt
from tests.support.extractive import ask, ask_pages, embed, make_hits

END = f"\n\n{PHRASES['en'].extractive}"


async def check(question: str, page: str, expected: str) -> None:
    assert await ask_pages(question, page) == f"{expected.strip()}{END}"


async def test_words_and_commands_of_a_step_keep_their_order():
    page = """# Swap the beacon key

## Steps

1. Forge a key:

   ```bash
   beacon forge
   ```

   Only after `forged` shows up, burn the one before:

   ```bash
   beacon burn --before
   ```

   Else call the keeper.

2. Hand it out:
   - to the north pier:

     ```bash
     beacon send north
     ```

   - to the south pier.
"""
    await check(
        "How do I swap the beacon key?",
        page,
        """Steps from Swap the beacon key › Steps:

1. Forge a key: [1]

   ```bash
   beacon forge
   ```

   Only after `forged` shows up, burn the one before:

   ```bash
   beacon burn --before
   ```

   Else call the keeper.

2. Hand it out: [1]
   - to the north pier:

     ```bash
     beacon send north
     ```

   - to the south pier.""",
    )


@pytest.mark.parametrize(
    ("steps", "shown"),
    [
        (
            "1. Halt it.\n\nOn the host:\n\n```sh\nhalt --now\n```\n\n2. Open it.\n\n```sh\nopen\n```\n",
            "1. Halt it. [1]\n\n   On the host:\n\n   ```sh\n   halt --now\n   ```\n\n"
            "2. Open it. [1]\n\n   ```sh\n   open\n   ```",
        ),
        (
            "1. Halt.\n2. Swap:\n   1. Lift.\n   2. Drop.\n",
            "1. Halt. [1]\n2. Swap: [1]\n   1. Lift.\n   2. Drop.",
        ),
        ("1. Halt:\n   - a. Lift.\n   - b. Drop.\n", "1. Halt: [1]\n   - a. Lift.\n   - b. Drop."),
        ("- [ ] Shut it.\n- [x] Load `x`.\n", "- [ ] Shut it. [1]\n- [x] Load `x`. [1]"),
        (
            "1. Put in:\n\n   ```make\n   all:\n   \tgo | tee $X \\\n   ```\n",
            "1. Put in: [1]\n\n   ```text\n   all:\n   \tgo | tee $X \\\n   ```",
        ),
        (
            "1. Use `a | b \\| c` and `${X}`, <kbd>F1</kbd> &lt; 5&deg; \\*.\n",
            r"1. Use `a | b \| c` and `${X}`, F1 \< 5° *. [1]",
        ),
        (
            "1. Open [the desk](https://x.y/a?b=1).\n2. See [below](#end).\n",
            "1. Open the desk (`https://x.y/a?b=1`). [1]\n2. See below. [1]",
        ),
        (
            "<ol><li>Halt: <code>x stop</code></li><li>Load:<pre>x &lt;y&gt; \\\n  z</pre></li></ol>\n",
            "1. Halt: `x stop` [1]\n2. Load: [1]\n\n   ```text\n   x <y> \\\n     z\n   ```",
        ),
        (
            "| Step | Do | Run |\n|---|---|---|\n| 1 | Halt | `x \\| y` |\n| 2 | Load | |\n",
            "Do · Run:\n\n1. Halt · `x | y` [1]\n2. Load [1]",
        ),
        (
            "```mermaid\ngraph TD\n```\n\n1. Read it:\n\n   ```console\n   $ read\n   31\n   ```\n",
            "Not shown here: a diagram [1]\n\n1. Read it: [1]\n\n   ```console\n   $ read\n   31\n   ```",
        ),
        (
            "1. Read it.\n\n   <details><summary>It prints</summary>\n\n   ```text\n   a  1\n   ```\n\n"
            "   </details>\n2. Shut it.\n",
            "1. Read it. [1]\n\n   It prints:\n\n   ```text\n   a  1\n   ```\n\n2. Shut it. [1]",
        ),
        (
            "1. Look at ![the panel](panel.png).\n\n   > [!OMITTED] include\n   > `x.md`\n",
            "1. Look at the panel (picture `panel.png`, not shown). [1]\n\n"
            "   Not shown here: what is included from elsewhere `x.md`",
        ),
    ],
)
async def test_steps_are_quoted_as_they_are_written(steps: str, shown: str) -> None:
    await check(
        "The winch jams, what do I do?",
        f"# The winch jams\n\n## Steps\n\n{steps}",
        f"Steps from The winch jams › Steps:\n\n{shown}",
    )


async def test_a_caution_above_comes_before_the_steps_with_its_commands():
    page = """# The winch runs backwards

> [!CAUTION]
> Take it off line first:
>
> ```sh
> winch off
> ```

## Steps

> [!IMPORTANT]
> 1. Swap two wires.
> 2. Start slowly:
>
>    ```sh
>    winch on --slow
>    ```
"""
    await check(
        "The winch runs backwards. What do I do?",
        page,
        """Steps from The winch runs backwards › Steps:

> Caution:
>
> Take it off line first: [1]
>
> ```sh
> winch off
> ```

Important:

1. Swap two wires. [1]
2. Start slowly: [1]

   ```sh
   winch on --slow
   ```""",
    )


TABS = """# The reader won't pair

## Steps

Restart its service.

> [!TAB] Linux
> 1. Stop it:
>
>    ```sh
>    rm -r /var/paired
>    ```

> [!TAB] Windows
> 1. Stop it:
>
>    ```powershell
>    Stop-Service Pair
>    ```
"""


@pytest.mark.parametrize("name", ["Linux", "Windows"])
async def test_only_the_tab_that_is_asked_for_is_given(name: str) -> None:
    answer = await ask_pages(f"The reader won't pair on {name}, what do I do?", TABS)
    assert f"{name}:\n\n1. Stop it: [1]" in answer
    assert ("rm -r" in answer, "Stop-Service" in answer) == (name == "Linux", name == "Windows")


async def test_all_tabs_come_with_their_labels_if_none_is_named():
    answer = await ask_pages("The reader won't pair, what do I do?", TABS)
    places = [answer.index(text) for text in ("Linux:", "rm -r", "Windows:", "Stop-Service")]
    assert places == sorted(places)


HEADINGS = """# Retire a kiln

## Procedure

### Step 1: Empty it

### Step 2: Shut the valve

It hisses. Wait for it.

```sh
kiln shut
```

### Step 3: Hang a tag on it
"""


async def test_headings_may_be_the_steps():
    await check(
        "How do I retire a kiln?",
        HEADINGS,
        """Steps from Retire a kiln › Procedure:

### Step 1: Empty it [1]

### Step 2: Shut the valve [1]

It hisses. [1] Wait for it. [1]

```sh
kiln shut
```

### Step 3: Hang a tag on it [1]""",
    )


async def test_a_list_that_goes_on_in_the_next_section_is_one_with_its_headings():
    page = "# Renew the seal\n\n## Order\n\n1. Ask.\n2. Wait.\n\n## Fit\n\n3. Fit it: `seal fit`.\n\n"
    page += "## Check\n\n4. Look.\n"
    await check(
        "How do I renew the seal?",
        page,
        """Steps from Renew the seal:

### Order [1]

1. Ask. [1]
2. Wait. [1]

### Fit [1]

3. Fit it: `seal fit`. [1]

### Check [1]

4. Look. [1]""",
    )


async def test_sections_of_equal_headings_are_not_joined():
    page = (
        "# Two lamps\n\n## Steps\n\n1. Dim the hall lamp: `dim hall`.\n\n"
        "# Two lamps\n\n## Steps\n\n1. Dim the yard lamp: `dim yard`.\n\n## Steps\n\n1. Sweep: `sweep`.\n"
    )
    answer = await ask_pages("How do I dim the yard lamp?", page)
    assert "1. Dim the yard lamp: `dim yard`. [1]" in answer
    assert "hall" not in answer


async def test_a_folded_list_does_not_hide_the_main_one():
    page = """# Alarm 7 of the chiller

## Steps

1. Read the code.
1. Reset it:
~~~ sh
chiller reset
~~~

<details>
<summary>If it rings again</summary>

1. Shut the bypass of the chiller, alarm 7.

</details>
"""
    await check(
        "Alarm 7 of the chiller: what do I do?",
        page,
        """Steps from Alarm 7 of the chiller › Steps:

1. Read the code. [1]
2. Reset it: [1]

   ```sh
   chiller reset
   ```

If it rings again:

1. Shut the bypass of the chiller, alarm 7. [1]""",
    )


LEADS = "# Tank\n\n## Steps\n\nIf the lamp is red:\n\n1. Drain it.\n\nIf the lamp is green:\n\n1. Fill it.\n"


@pytest.mark.parametrize(("colour", "given", "other"), [("red", "Drain", "Fill"), ("green", "Fill", "Drain")])
async def test_of_two_lists_the_one_that_is_asked_for_comes_with_what_leads_it_in(
    colour: str, given: str, other: str
) -> None:
    answer = await ask_pages(f"The lamp of the tank is {colour}, what do I do?", LEADS)
    left = "green" if colour == "red" else "red"
    told = f"Not shown here: 1 more steps `If the lamp is {left}` [1]"
    assert f"If the lamp is {colour}: [1]\n\n1. {given} it. [1]\n\n{told}\n" in answer
    assert other not in answer


async def test_of_very_many_lists_the_last_ones_are_told_together():
    colours = [
        "red",
        "amber",
        "green",
        "blue",
        "white",
        "black",
        "pink",
        "brown",
        "grey",
        "gold",
        "violet",
        "silver",
    ]
    lists = "\n\n".join(f"If the lamp is {colour}:\n\n1. Fill it.\n2. Wait." for colour in colours)
    page = f"# Tank\n\n## Steps\n\n{lists}\n"
    answer = await ask_pages("The lamp of the tank is green, what do I do?", page)
    told = [line for line in answer.splitlines() if line.startswith("Not shown here")]
    assert told[0] == "Not shown here: 2 more steps `If the lamp is red` [1]"
    assert told[8:] == ["Not shown here: 6 more steps [1]"]


async def test_both_lists_come_if_the_question_does_not_tell_them_apart():
    answer = await ask_pages("What do I do about the tank?", LEADS)
    assert (
        answer.index("If the lamp is red")
        < answer.index("Drain")
        < answer.index("is green")
        < answer.index("Fill")
    )


PROSE = """# Stop the sweeper

There are reasons to stop the sweeper. Say why.

## Stop it

Give a reason:

```sh
sweep stop 'fish'
```

## Start it

```sh
sweep start
```
"""


async def test_prose_with_its_command_answers_before_another_page():
    other = "# Swap a pump\n\n## Steps\n\n1. Stop the sweeper, for instance: `other stop`.\n2. Swap it.\n"
    answer = await ask_pages("How do I stop the sweeper?", PROSE, other)
    assert "Give a reason: [1]\n\n```sh\nsweep stop 'fish'\n```" in answer
    assert "other stop" not in answer
    assert "sweep start" not in answer


async def test_commands_without_a_word_are_cited_all_the_same():
    answer = await ask_pages("How do I start the sweeper, start it?", PROSE)
    assert answer.startswith("Steps from Stop the sweeper › Start it: [1]\n\n```sh\nsweep start\n```")


async def test_a_line_leads_in_the_sections_below_it():
    page = "# Cleanup\n\nTo tear the rig down, these must go:\n\n## Readings\n\n```sh\ndrop\n```\n\n"
    page += "## Probes\n\n1. Off: `off`.\n"
    answer = await ask_pages("How do I tear the rig down?", page)
    places = [
        answer.index(text) for text in ("these must go: [1]", "### Readings", "drop", "### Probes", "1. Off")
    ]
    assert places == sorted(places)


async def test_two_pages_of_one_title_do_not_mix():
    pages = [
        f"# Restart\n\n## Steps\n\n1. Go to the {name}.\n2. Run `{name} stop`.\n{more}"
        for name, more in (("press", ""), ("mill", "3. Run `mill go`.\n"))
    ]
    press, mill = [await ask_pages(f"How do I restart the {name}?", *pages) for name in ("press", "mill")]
    assert "mill" not in press
    assert "press" not in mill
    assert "3. Run `mill go`." in mill


async def test_twenty_steps_come_whole_and_of_more_it_is_said_how_many():
    page = "# Close the depot\n\n## Steps\n\n" + "".join(f"{n}. Do part {n} of it.\n" for n in range(1, 101))
    hits = make_hits({"depot.md": page})
    answer = await ask("How do I close the depot?", hits)
    assert "60. Do part 60 of it. [1]\n\nNot shown here: 40 more steps [1]" in answer
    assert "Здесь не показано: ещё шагов: 40 [1]" in await ask("Как закрыть depot?", hits)


async def test_a_page_that_tells_what_it_says_of_tells_no_steps():
    page = (
        "# Valve leaks\n\n## Symptoms\n\nThe log says:\n\n```\nvalve leaks\n```\n\n## Steps\n\n1. Shut it.\n"
    )
    answer = await ask_pages("The log says valve leaks, what do I do?", page)
    assert "1. Shut it. [2]" in answer or "1. Shut it. [1]" in answer
    assert "log says" not in answer


@pytest.mark.parametrize(
    ("question", "given"),
    [
        ("The lathe smokes, belt is hot", "1. Halt it. [1]"),
        ("What should I check on the lathe?", "1. Feel the belt"),
    ],
)
async def test_what_helps_comes_before_what_is_to_be_checked_if_nobody_asks_for_checks(
    question: str, given: str
) -> None:
    page = "# Lathe smokes\n\n## Checks\n\n1. Feel the belt: is it hot?\n\n## Steps\n\n1. Halt it.\n"
    assert given in await ask_pages(question, page)


async def test_a_caution_in_another_source_of_the_page_comes_before_the_steps():
    sources = [
        f'<source n="{n}" title="{title}" kind="runbook">\n{text}\n</source>'
        for n, title, text in (
            (1, "The winch jams > Steps", "1. Pull it."),
            (2, "The winch jams", "&gt; [!WARNING]\n&gt; It bites."),
            (3, "Another winch", "&gt; [!WARNING]\n&gt; It barks."),
        )
    ]
    prompt = "\n".join(["<sources>", *sources, "</sources>", "", "Question: The winch jams, what do I do?"])
    assert await answer_prompt(prompt, embed) == (
        "Steps from The winch jams › Steps:\n\n> Warning:\n>\n> It bites. [2]\n\n1. Pull it. [1]" + END
    )


async def test_what_the_budget_cuts_is_told():
    page = "# Close the depot\n\n## Steps\n\n" + "".join(f"{n}. Do part {n} of it.\n" for n in range(1, 31))
    answer = await ask("How do I close the depot?", make_hits({"depot.md": page}), budget=200)
    last, told = answer.removesuffix(END).splitlines()[-3::2]
    number = int(last.split(".")[0])
    assert told == f"Not shown here: {30 - number} more steps [1]"
