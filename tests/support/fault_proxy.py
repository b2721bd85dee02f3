"""A TCP proxy that refuses, hangs, is slow, talks rubbish or dies while it talks."""

import asyncio
import random
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, Literal

Fault = Literal["refuse", "hang", "slow", "rubbish", "die"]
FAULTS: Final[tuple[Fault, ...]] = ("refuse", "hang", "slow", "rubbish", "die")
SLOW_S: Final = 10.0


class FaultProxy:
    """Passes on what comes to its port, or does what its fault says, to old connections and to new ones."""

    def __init__(self, target: tuple[str, int], renamed: bytes = b"") -> None:
        """Stand before an address.

        Args:
            target: Host and port.
            renamed: What stands for the address in what the part says of itself; its last four bytes, a port,
                become those of this proxy. Kafka's clients go on to the address that the broker tells.
        """
        self._target = target
        self._renamed = renamed
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._fault: Fault | None = None
        self.port = 0

    def start(self) -> None:
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._do(self._listen())

    def close(self) -> None:
        self._do(self._stop_listening())
        self._loop.call_soon_threadsafe(self._loop.stop)

    @contextmanager
    def broken(self, fault: Fault) -> Iterator[None]:
        """Do what a fault says meanwhile."""
        self._do(self._break(fault))
        try:
            yield
        finally:
            self._do(self._mend())

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, backlog=256)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop_listening(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        self._abort()

    def _abort(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def _break(self, fault: Fault) -> None:
        self._fault = fault
        if fault == "refuse":
            await self._stop_listening()

    async def _mend(self) -> None:
        self._fault = None
        # What hangs goes on hanging only until its part is started anew.
        self._abort()
        if self._server is None:
            await self._listen()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        back: asyncio.StreamWriter | None = None
        try:
            with suppress(OSError):
                source, back = await asyncio.open_connection(*self._target)
                self._writers.add(back)
                await self._join(reader, back, source, writer)
        finally:
            for one in (writer, back):
                if one is not None:
                    self._writers.discard(one)
                    one.transport.abort()

    async def _join(
        self,
        reader: asyncio.StreamReader,
        back: asyncio.StreamWriter,
        source: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        there = asyncio.create_task(self._pass_requests(reader, back, writer))
        here = asyncio.create_task(self._pass_answers(source, writer))
        try:
            await asyncio.wait((there, here), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (there, here):
                task.cancel()
            await asyncio.gather(there, here, return_exceptions=True)

    async def _pass_requests(
        self, reader: asyncio.StreamReader, back: asyncio.StreamWriter, writer: asyncio.StreamWriter
    ) -> None:
        while data := await reader.read(65_536):
            if self._fault == "rubbish":
                writer.write(random.randbytes(300))  # noqa: S311 - not a secret
            elif self._fault != "hang":
                back.write(data)
                await back.drain()

    async def _pass_answers(self, source: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await source.read(65_536):
            if self._fault == "slow":
                await asyncio.sleep(SLOW_S)
            if self._fault in ("hang", "rubbish"):
                continue
            if self._renamed:
                data = data.replace(self._renamed, self._renamed[:-4] + self.port.to_bytes(4, "big"))
            # In the middle of every fourth block: a streamed answer has some, others have one.
            dies = self._fault == "die" and random.random() < 0.25  # noqa: S311 - not a secret
            writer.write(data[: random.randrange(len(data))] if dies else data)  # noqa: S311 - not a secret
            await writer.drain()
            if dies:
                return
