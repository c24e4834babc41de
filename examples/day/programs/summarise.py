"""Summarises today's mail with whatever model the writ grants, and writes the summary."""
import json
import os
import urllib.request

with open("mail/today.mbox", encoding="utf-8") as mailbox:
    mail = mailbox.read()
request = urllib.request.Request(
    os.environ["WRIT_MODEL_URL"] + "/v1/chat/completions",
    data=json.dumps(
        {"model": os.environ["WRIT_MODEL"], "messages": [{"role": "user", "content": "Summarise:\n" + mail}]}
    ).encode(),
    headers={"content-type": "application/json"},
)
with urllib.request.urlopen(request, timeout=20) as answer:
    summary = json.load(answer)["choices"][0]["message"]["content"]
with open("out/summary.txt", "w", encoding="utf-8") as out:
    out.write(summary + "\n")
print(summary)
