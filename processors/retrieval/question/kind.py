"""The kinds of questions: what sort of answer one wants. Each has its own reading of the index."""

from typing import Literal

Kind = Literal[
    "wrong",  # what is wrong, is anything broken, what happened
    "why",  # why something is as it is
    "changed",  # what was changed, deployed, rolled out
    "health",  # how one thing is
    "count",  # how often something happened
    "value",  # how much, how full, how slow: a metric's value
    "best",  # which run or model is best or worst
    "list",  # which alerts fire, which services restarted
    "procedure",  # what to do; also who only says what is wrong
    "meaning",  # what a word means, what a thing is
    "platform",  # the live version of the knowledge, its quality, why one was refused
    "chat",  # a greeting, thanks, what can you do
    "write",  # to write a manifest, a query, a text
    "fact",  # all else
]
