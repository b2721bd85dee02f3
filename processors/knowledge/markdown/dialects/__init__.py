"""What other tools put into Markdown, rewritten to marks and plain Markdown without moving a line.

Code stays letter for letter. A value that the page doesn't hold stays visible as it is written.
"""
