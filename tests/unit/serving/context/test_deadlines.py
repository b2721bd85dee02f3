import asyncio
from collections.abc import AsyncGenerator

import pytest

from serving.context.deadlines import begin_request, limit_waits
from serving.faults import PartLateError, RequestLateError


async def test_what_is_read_bit_by_bit_tells_a_slow_part_from_a_request_that_is_over() -> None:
    async def send() -> AsyncGenerator[int, None]:
        yield 1
        await asyncio.sleep(10)

    for seconds, gap, error in ((0.02, 10, RequestLateError), (10, 0.02, PartLateError)):
        begin_request(seconds)
        items = limit_waits("part", send(), 10, gap)
        assert await anext(items) == 1
        with pytest.raises(error):
            await anext(items)
