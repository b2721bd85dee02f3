"""Somebody who decides about an action in a real browser: in Airflow's UI, or on the page of its link."""

import json
from pathlib import Path

from playwright.sync_api import Page

from local.settings import load_settings as load_stack_settings


def approve_in_airflow(page: Page, run_url: str, picture: Path, user: str = "approver") -> None:
    """Sign in to Airflow, and say yes where the required action is shown.

    Args:
        page: Of a browser in which nobody is signed in to Airflow, or this user.
        run_url: Of the run in Airflow's UI.
        picture: Taken before the answer is given.
        user: Of Airflow.
    """
    secrets = load_stack_settings().home / "secrets"
    page.goto(f"{run_url}/tasks/approval_task/required_actions?map_index=-1")
    yes, name = page.get_by_role("button", name="Approve"), page.locator("input[name=username]")
    yes.or_(name).first.wait_for()
    if name.is_visible():
        name.fill(user)
        page.locator("input[type=password]").fill(
            json.loads((secrets / "airflow-users.json").read_text())[user]
        )
        page.get_by_role("button", name="Sign in").click()
    yes.wait_for()
    page.screenshot(path=picture, animations="disabled")
    yes.click()


def read_key(who: str) -> str:
    """Return somebody's API key of the stack under test."""
    return (load_stack_settings().home / f"secrets/api-key-{who}").read_text().strip()


def decide_on_page(page: Page, link: str, who: str, button: str) -> None:
    """Open the link of a proposal, show a key and press a button.

    Args:
        page: Of a browser.
        link: As the proposal names it.
        who: Whose key is shown.
        button: `Approve` or `Reject`.
    """
    page.goto(link)
    page.get_by_label("Your own API key").fill(read_key(who))
    page.get_by_role("button", name=button).click()
