"""The embedded answering model: quotes the parts of the given sources that best fit the question.

It is no language model. It reads the prompt that a language model would get, cuts its sources into units
(steps, bullet items, sentences, log lines), scores each against the question, and quotes the best ones with
their numbers, or says that it doesn't know. Nothing in a source can make it do anything else.
"""
