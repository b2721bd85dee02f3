"""The one error that the stack's tool shows to a person without a traceback."""


class StackError(RuntimeError):
    """Something a person can put right: the message says what was wrong, where, and what to do."""
