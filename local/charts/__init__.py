"""The Helm chart: linted, tested and installed. `python -m local.charts`; the Makefile is its front door."""
