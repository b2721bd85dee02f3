"""Durations in words."""


def describe_duration(seconds: float) -> str:
    """Put a duration into words.

    Example:
        >>> [describe_duration(seconds) for seconds in (0.42, 75, 7300)]
        ['0.4 s', '1 min 15 s', '2 h 1 min']
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
