"""The images: built, run and checked. `python -m local.containers`; the Makefile is its front door."""
