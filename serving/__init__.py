"""The thin serving layer: reads the live index versions and proxies to the model on KServe.

A question comes in by `api`; `access` finds out who asks and whether they may, and writes down what they were
shown; `answering` condenses it, has `retrieval` look for what speaks for an answer and a model write one, and
checks its citations on its way out. `clients` asks the other parts, each behind its guard. `context` is what
surrounds the request: who asks, its id and its time, and what is logged and measured of it. `faults` names
what can go wrong. `model_server` is a process of its own: the models that KServe serves on this machine.
"""
