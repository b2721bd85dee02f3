"""HTML as blocks: of tags within Markdown, of a page, or of a format that is written in tags."""
