"""Ask the service a question; fail unless its answer cites a source."""

import json
import os
import pathlib
import sys
import urllib.request

key = pathlib.Path(os.environ["RUNLORE_API_KEY_FILE"]).read_text().strip()
messages = [{"role": "user", "content": os.environ["RUNLORE_QUESTION"]}]
request = urllib.request.Request(
    f"{os.environ['RUNLORE_URL']}/v1/chat/completions",
    json.dumps({"model": "runlore", "messages": messages}).encode(),
    {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
)
with urllib.request.urlopen(request, timeout=90) as answer:
    completion = json.load(answer)
print(completion["choices"][0]["message"]["content"])
citations = completion["runlore"]["citations"]
for one in citations:
    print(f"[{one['n']}] {one['title']} {one['url'] or ''}")
sys.exit(0 if citations else "The answer cites nothing.")
