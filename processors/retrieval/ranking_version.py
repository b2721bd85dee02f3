"""Which way of finding and ordering passages this is: part of each key of the cache.

It is the fingerprint of the files of `processors/retrieval/` and `serving/retrieval/`. Nobody has to judge
whether a change of them matters, or to count a number up: `tests/unit/test_ranking_version.py` fails with the
new fingerprint until it stands here. So no release ranks otherwise under the name of an older one, and
nothing that an older one remembered is hit after an upgrade.
"""

from typing import Final

RANKING: Final = "5caceda10e02"
