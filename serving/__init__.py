"""The thin serving layer: reads the live index versions and proxies to the model on KServe.

A question comes in by `api`; `access` finds out who asks and whether they may; `answering` makes it whole,
has `retrieval` look for what speaks for an answer and `model_client` write one, and checks its citations on
its way out. `resilience` guards each call to another part, `observability` tells what was done.
`model_server` is a process of its own: the models that KServe serves on this machine.
"""
