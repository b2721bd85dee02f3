from processors.knowledge.actions.binding import Target
from processors.knowledge.actions.proposal import render_proposal
from tests.support.actions import make_restart, propose


def test_all_that_an_approval_covers_is_shown():
    for language in ("en", "ru"):
        shown = render_proposal(propose(make_restart()), language)
        for part in (
            "kubectl rollout restart deployment/api --namespace=shop",
            "Deployment shop/api",
            "`7`",
            "alice@example.org",
            "alice may patch deployments in shop",
            "2026-11-29 15:15:00 UTC",
            "-a\n+b",
            "kubernetes.rollout_undo",
        ):
            assert part in shown, part


def test_nothing_of_it_acts_and_no_secret_is_shown():
    hostile = "<script>x</script> ![p](https://evil.example/p.png)\n```\n[yes](https://evil.example)"
    proposal = propose(
        make_restart(),
        dry_run=hostile,
        rights=f"rights {hostile}",
        command=("kubectl", "apply", "password=hunter22-and-more\n<script>"),
        target=Target(kind="Pod", name="`</script>`", resource_version=hostile),
    )
    shown = render_proposal(proposal, "en")
    assert "hunter22" not in shown
    assert "<script" not in shown.replace("\\<script", "")
    assert "](https://" not in shown
