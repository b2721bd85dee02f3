"""`python -m local.dashboards build` makes Grafana's files, `preview` draws them from the running stack."""

import argparse
import sys

from local.dashboards.definition import load_dashboards
from local.dashboards.grafana import FOLDER, write_all
from local.dashboards.preview import draw
from local.environment import compute_addresses
from local.settings import ROOT, load_settings


def main() -> int:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="python -m local.dashboards", description=__doc__)
    parser.add_argument("command", choices=("build", "preview"))
    if parser.parse_args().command == "build":
        write_all(load_dashboards())
        print(f"Written: {FOLDER}")
        return 0
    return preview()


def preview() -> int:
    """Draw each dashboard from the running stack's Prometheus; panels without a point are named."""
    url = compute_addresses(load_settings())["PROMETHEUS_URL"]
    folder = ROOT / ".runlore/dashboards"
    folder.mkdir(parents=True, exist_ok=True)
    for dashboard in load_dashboards():
        file = folder / f"{dashboard.name}.png"
        empty = draw(dashboard, url, file)
        print(file, *([f"without data: {', '.join(empty)}"] if empty else []), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
