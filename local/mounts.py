"""What is mounted in a folder, by whatever has ended or is to end there."""

from pathlib import Path

import psutil


def list_mounts_below(*folders: Path) -> list[str]:
    """Give the mount points below some folders, the innermost first, as they have to be taken off.

    Args:
        folders: a mount on one of them itself isn't told.

    Example:
        >>> "/proc" in list_mounts_below(Path("/"))
        True
    """
    points = [one.mountpoint for one in psutil.disk_partitions(all=True)]
    below = tuple(f"{str(folder).rstrip('/')}/" for folder in folders)
    return sorted((point for point in points if point.startswith(below) and len(point) > 1), reverse=True)
