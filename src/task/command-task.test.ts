// commandTaskText: a command line means what the same task file means, and nothing in it can become another member.
import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depth, seed } from "../../test/depth.ts";
import { type CommandTaskFlags, commandTaskText } from "./command-task.ts";
import { parseTask } from "./parse-task.ts";
import type { Task } from "./task.ts";

const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");
const options = { directory: "/home/me/jobs", sha256, clock: () => 0 };

test("commandTaskText means the same as the task file with the same words", () => {
  const text = commandTaskText(["/usr/bin/python3", "x.py", "--all"], {
    name: "nightly",
    intent: "Tidy up",
    read: ["data"],
    write: ["out"],
    call: [
      "POST https://api.example.com/v1",
      "https://api.example.com",
      "CONNECT tcp://nas.home.arpa:22",
      "TCP://nas.home.arpa:23",
    ],
    secret: ["B_KEY", "A_KEY"],
    memory: "512MiB",
    cpu: "0.5",
    time: "2 m",
    processes: "16",
    "record-network": true,
  });
  const file = parseTask(
    `task: nightly
intent: Tidy up
run: { command: [/usr/bin/python3, x.py, --all] }
needs:
  calls: [{ to: "https://api.example.com/v1", method: POST }, { to: "https://api.example.com" }, { to: "tcp://nas.home.arpa:22", method: CONNECT }, { to: "tcp://nas.home.arpa:23", method: CONNECT }]
  secrets: [A_KEY, B_KEY]
  reads: [data]
  writes: [out]
  reads_directory: true
  records_network: true
  memory: 512 MiB
  cpu: 0.5
  time: 2 m
  processes: 16
`,
    options,
  );
  expect(file.ok).toBe(true);
  expect(parseTask(text, options)).toEqual(file);
});

test("commandTaskText without flags asks for the working directory and nothing else", () => {
  expect(task(["ls"], {})).toMatchObject({
    task: "ls",
    principal: null,
    intent: "",
    run: { command: ["ls"] },
    directory: "/home/me/jobs",
    needs: {
      models: [],
      calls: [],
      reads: [],
      writes: [],
      secrets: [],
      reads_directory: true,
      provider: null,
      memory: null,
    },
  });
});

test.each([
  ["/usr/bin/ls", "ls"],
  ["./run.sh", "run.sh"],
  ["bin/", "bin"],
  ["/", "command"],
  ["\u001b[31mred", "?[31mred"],
  ["a\u202eb", "a?b"],
  ["x".repeat(100), "x".repeat(64)],
  [`${"x".repeat(63)}🙂`, `${"x".repeat(63)}\ufffd`],
])("commandTaskText calls the task of %j `%s`", (program, name) => {
  expect(task([program], {}).task).toBe(name);
});

test.each<[CommandTaskFlags, string]>([
  [{ memory: "512" }, "`needs.memory` is `512`: a size needs a unit, such as `512 MiB`"],
  [{ memory: "" }, "`needs.memory` is ``: expected a size, such as `512 MiB`"],
  [{ cpu: "one" }, "`needs.cpu` is `one`: expected a number of cores, such as `4` or `0.5`"],
  [{ cpu: "1e1" }, "`needs.cpu` is `1e1`: expected a number of cores without a unit, such as `4` or `0.5`"],
  [{ processes: "-1" }, "`needs.processes` is `-1`: a whole number is never negative; write for example `3`"],
  [{ processes: "1.5" }, "`needs.processes` is `1.5`: expected a whole number, such as `3`"],
  [{ time: "soon" }, "`needs.time` is `soon`: expected a duration, such as `30 s` or `2 m`"],
  [{ read: ["~/x"] }, "`needs.reads[0]` is `~/x`: `~` in a path: a service's home is another's"],
  [{ name: "a\u001b[2J" }, "`task` is `a\\x1b[2J`: a name holds no `\\x1b`"],
  [
    { call: ["FETCH https://a.example.com"] },
    "`needs.calls[0].method` is `FETCH`: expected `DELETE`, `GET`, `HEAD`, `OPTIONS`, `PATCH`, `POST`, `PUT` or `CONNECT`",
  ],
  [
    { call: ["GET,FETCH https://a.example.com"] },
    "`needs.calls[0].method[1]` is `FETCH`: expected `DELETE`, `GET`, `HEAD`, `OPTIONS`, `PATCH`, `POST`, `PUT` or `CONNECT`",
  ],
  [{ call: ["CONNECT,GET tcp://a.example.com:22"] }, "`needs.calls[0].method` has `CONNECT` beside others"],
  [
    { call: ["CONNECT https://a.example.com"] },
    "`needs.calls[0].method` is `CONNECT`, which is for `tcp://host:port`",
  ],
  [{ call: ["GET tcp://a.example.com:22"] }, "`needs.calls[0].method` is not `CONNECT`, as `tcp://` needs"],
  [
    { secret: ["a b"] },
    "`needs.secrets[0]` is `a b`: a secret is 1 to 64 letters, digits or `.` `_` `-`, and starts with none of `.` `-`",
  ],
  [
    { call: ["a.example.com"] },
    "`needs.calls[0].to` is `a.example.com`: a URL that is neither https nor http",
  ],
])("commandTaskText hands %j to the parser, which refuses it", (flags, message) => {
  const read = parseTask(commandTaskText(["ls"], flags), options);
  expect(read.ok ? null : read.error[0]?.message).toBe(message);
});

test("commandTaskText keeps every argument as it is, whatever it holds", () => {
  const word = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }).filter((text) => !text.includes("\0")),
    fc.constantFrom(
      '"',
      "\\",
      '","needs":{}',
      "\u2028",
      "\ufeff",
      "\u007f",
      "\u202e",
      "{{",
      "# x",
      "\ud83d\ude00",
    ),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), word, (rest, intent) => {
      const read = parseTask(commandTaskText(["sh", ...rest], { intent }), options);
      if (read.ok) expect(read.value.task).toMatchObject({ intent, run: { command: ["sh", ...rest] } });
      else expect(intent).toMatch(/\p{Cc}/u);
    }),
    { seed, numRuns: depth(500, 50_000) },
  );
});

function task(command: readonly string[], flags: CommandTaskFlags): Task {
  const read = parseTask(commandTaskText(command, flags), options);
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return read.value.task;
}
