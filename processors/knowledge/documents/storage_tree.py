"""Confluence's storage format as a tree, from input that may be broken anywhere.

It is XHTML with namespaces that are declared nowhere, HTML's entities and CDATA. No parser of XML takes that
as it is, or a page that was cut off.
"""

import re
from typing import Final

from processors.knowledge.html.elements import Builder, Element, Text
from processors.knowledge.html.tags import feed_html

_CDATA: Final = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|\Z)", re.DOTALL)


def parse_storage(html: str) -> Element:
    """Return a page's storage format as a tree.

    Example:
        >>> tree = parse_storage("<p>a<br/>b<ac:x><![CDATA[c < d]]></ac:x>")
        >>> tree.find("p").find("ac:x").children[0].text
        'c < d'
    """
    html = html.replace("\0", "")
    builder, position = Builder(implied_ends=False), 0
    for found in _CDATA.finditer(html):
        feed_html(builder, html[position : found.start()], 1)
        builder.add([Text(found[1], 1)] if found[1] else [])
        position = found.end()
    feed_html(builder, html[position:], 1)
    return builder.finish(1)
