"""A coding agent of no wit: asks the model what to do next, does it, says what came of it, and runs what it wrote."""
import http.client
import json
import os
import subprocess
import sys
import urllib.parse

TURNS = int(sys.argv[1])
said = [{"role": "user", "content": "Write steps.py, one function a turn."}]
base = urllib.parse.urlsplit(os.environ["OPENAI_BASE_URL"])
model = http.client.HTTPSConnection(base.netloc, timeout=60)


def ask():
    body = json.dumps({"model": "scripted", "messages": said[:1] + said[-8:]})
    model.request("POST", base.path + "/chat/completions", body, {"content-type": "application/json"})
    answer = model.getresponse()
    text = answer.read()
    if answer.status != 200:
        sys.exit(text.decode())
    return json.loads(text)["choices"][0]["message"]


for turn in range(TURNS):
    message = ask()
    edit = json.loads(message["content"])
    with open(edit["file"], "a", encoding="utf-8") as file:
        file.write(edit["append"])
    said += [message, {"role": "user", "content": "written: " + str(os.path.getsize(edit["file"])) + " bytes"}]

program = "import steps; print(sum(getattr(steps, name)() for name in dir(steps) if name.startswith('step_')))"
print(subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.strip())
