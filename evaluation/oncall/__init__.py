"""A scripted afternoon on call: what happens, what is asked about it, and whether the answers are right."""
