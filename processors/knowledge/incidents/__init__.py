"""Pure: what is abnormal now and how objects relate, as observations in; incidents with ranked causes out.

The explanation is `docs/explanation/how-causes-are-found.md`.
"""
