"""Tags of ERB stay as they are written, their comments are gone."""

from tests.support.markdown import show, tell


def test_tags_of_erb_stay_and_are_told() -> None:
    page = "Run <%= ENV['A_B'] %> now.<%# never %>\n\n```sh\nls <%= x %>\n```\n\n<%- if a -%>\nb\n<% end %>"
    assert show(page, "a.html.md.erb") == (
        "Run <%= ENV['A_B'] %> now.\n\n```sh\nls <%= x %>\n```\n\n<%- if a -%> b <% end %>"
    )
    assert tell(page, "a.html.md.erb") == [
        "a.html.md.erb:1: <%= ENV['A_B'] %> has no value here",
        "a.html.md.erb:4: <%= x %> has no value here",
        "a.html.md.erb:7: <%- if a -%> has no value here",
        "a.html.md.erb:9: <% end %> has no value here",
    ]
