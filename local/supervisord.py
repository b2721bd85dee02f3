"""supervisord with one repair: a pipe that nobody reads any more isn't asked again and again.

supervisor 4.3 can go on watching the number of a closed connection. When that number becomes the standard
input of a program which closes it, the kernel reports an error for it at once, every time; supervisor
overlooks errors and asks again, with most of a core. Upstream knows it as issue 807.
"""

import select
import sys

from supervisor import poller, supervisord


class _Poller(poller.PollPoller):  # type: ignore[misc]
    def _ignore_invalid(self, fd: int, eventmask: int) -> bool:
        if eventmask != select.POLLERR:
            return bool(super()._ignore_invalid(fd, eventmask))
        self._poller.unregister(fd)
        self.readables.discard(fd)
        self.writables.discard(fd)
        return True


def main() -> None:
    """Run supervisord with the arguments of the command line."""
    poller.Poller = _Poller
    supervisord.main(sys.argv[1:])


if __name__ == "__main__":
    main()
