"""The OpenAPI document as a page that needs no script, no font and nothing from elsewhere."""

import json
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import Any, Final

from litestar import Request
from litestar.openapi.plugins import OpenAPIRenderPlugin

_PAGE: Final = Template((Path(__file__).parent / "pages" / "schema.html").read_text(encoding="utf-8"))
_REFERENCE: Final = re.compile(r'\{\s*"\$ref": "#/components/schemas/(\w+)"\s*\}')
_METHODS: Final = ("get", "put", "post", "delete", "patch")


class SchemaPage(OpenAPIRenderPlugin):
    """Shows the document where other plugins load a viewer from a CDN."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """Return the page."""
        return render_schema(openapi_schema, self.get_openapi_json_route(request)).encode()


def render_schema(document: Mapping[str, Any], address: str) -> str:
    """Return the page of an OpenAPI document.

    Args:
        document: The document.
        address: Where it is to be had as JSON.
    """
    operations = "".join(
        _render_operation(method, path, item[method])
        for path, item in sorted(document["paths"].items())
        for method in _METHODS
        if method in item
    )
    schemas = "".join(
        f'<h3 id="{escape(name)}">{escape(name)}</h3>{_render_json(schema)}'
        for name, schema in sorted(document["components"]["schemas"].items())
    )
    return _PAGE.substitute(
        title=escape(document["info"]["title"]),
        description=escape(document["info"].get("description", "")),
        address=escape(address),
        operations=operations,
        schemas=schemas,
    )


def _render_operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    responses = "".join(
        f"<tr><th>{escape(status)}</th><td>{escape(response['description'])}</td>"
        f"<td>{_render_contents(response)}</td></tr>"
        for status, response in sorted(operation["responses"].items())
    )
    body = _render_contents(operation.get("requestBody", {}))
    parameters = _render_json(operation["parameters"]) if "parameters" in operation else ""
    return (
        f"<h3>{method.upper()} {escape(path)}</h3><p>{escape(operation.get('description', ''))}</p>"
        + (f"<p>Body: {body}</p>" if body else "")
        + (
            f"<details><summary>Parameters</summary>{_render_json(parameters)}</details>"
            if parameters
            else ""
        )
        + f"<table>{responses}</table>"
    )


def _render_contents(holder: Mapping[str, Any]) -> str:
    """Return the media types of a request or response, each with the schema that it is of."""
    contents = holder.get("content") or {}
    return "<br>".join(
        f"{escape(kind)} {_link(json.dumps(content['schema']))}" for kind, content in sorted(contents.items())
    )


def _render_json(value: Any) -> str:
    return f"<pre>{_link(json.dumps(value, indent=2, ensure_ascii=False))}</pre>"


def _link(text: str) -> str:
    """Return JSON for a page, its references as links within the page.

    Example:
        >>> _link('{"$ref": "#/components/schemas/Model"}')
        '<a href="#Model">Model</a>'
        >>> _link('"<b>"')
        '&quot;&lt;b&gt;&quot;'
    """
    parts = _REFERENCE.split(text)
    # The pattern has one group, so every second part is a name.
    return "".join(
        f'<a href="#{part}">{part}</a>' if odd % 2 else escape(part) for odd, part in enumerate(parts)
    )
