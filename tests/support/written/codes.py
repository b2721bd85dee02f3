"""Code that a reader of pages might take for something else, or might not keep letter for letter."""

from typing import Final

CODES: Final = (
    "seeds:\n\tplan --fields seeds.tsv\n\t\tdeep",
    "printf 'north\t4\\n' | cut -f 1 > a.tsv\ncat <<-EOF\n\tend\n\tEOF",
    "awk '{ print $1 | \"sort\" }' a && echo \"$HOME\\*\" \\\n  --x '\\|' \\\\",
    "curl -s 'a?b=1&amp;c=2&lt;d' # &nbsp; stays & so does &copy;",
    "line one\n\n\nline four\n  two in\n    four in",
    "two behind  \nspaces alone:\n   \nback\\",
    "# no heading\n1. no step\n- no bullet\n> no quote\n+ no\n===\n---\n***\n___",
    '!!! note "no"\n    still code\n=== "Tab"\n    still code\n??? tip',
    "::: tip\nno container\n:::\n:::: {.x}\n::::\n@tab no",
    "> [!NOTE]\n> no note\n- [ ] no task\n1) no",
    "{{ range .Items }}{{ .name | quote }}{{ end }}\n{{- if .Values.a }}\n  a: {{ .Values.a }}\n{{- end }}",
    "kubectl get pods -o go-template='{{.metadata.name}}{{\"\\n\"}}' -l 'a in (b, c)'",
    "[[ -f a ]] && x=$((1+2)) == y %% z %%\nif [[ $a == b ]]; then",
    "<Tabs>\n<TabItem value='a'>\nimport x from 'y'\nexport const a = 1\n</TabItem></Tabs>\n{/* no */}",
    "<details>\n<summary>no</summary>\n</details>\n<!-- no comment -->\n<script>no</script>",
    "get <pod> -n <your-name>\n<%= no %> <% end %>",
    "~~~\nnot closed",
    "```\nnot closed",
    "`one` ``two`` *stars* _under_ __x__ ~~y~~ [a](b) ![c](d)\n[e]: f",
    "ж печь — “кавычки” … 5 °C\n日本 🚰",
    "    four in front\n  two in front\nnone",
    "$ ls -l\ntotal 0\n$ pwd\n/tmp",
    "export A=1\nimport os\nfrom a import b",
    "a: &anchor\n  <<: *anchor\n  b: |\n    text\n  c: >-\n    more",
    "{: .no }\n{#no}\n^no-anchor\n#no-tag #no\n%% no %%\n==no==",
    "@include no\n<<< no\n@[code](no)\n[!INCLUDE [a](b)]\n![[no]]\n[[no|no]]",
    "SELECT * FROM a WHERE b = '%s' -- {0} {b} ${c}",
    ".. note:: no\n:root\nterm:: no\n* no\n. no\n[NOTE]\n|no|",
    "sequenceDiagram\n    a->>b: hello\n\n    b-->>a: hello",
)
"""Each is one block; none begins or ends with an empty line."""

SIMPLE: Final = tuple(code for code in CODES if not any(line != line.rstrip() for line in code.split("\n")))
"""Without spaces at the end of lines, which some formats don't keep."""
