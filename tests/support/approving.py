"""Somebody who approves an action in Airflow's UI, in a real browser."""

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
