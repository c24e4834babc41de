// parseTask: the canonical task with its defaults, and line, column, message and hint of everything refused.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { languageErrorLine } from "../stdx/document/language-error.ts";
import { type ParsedTask, parseTask } from "./parse-task.ts";
import type { Task } from "./task.ts";

const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");
const options = { directory: "/home/me/jobs", sha256, clock: () => 0 };

test("parseTask fills in every default: what is not declared is not asked for", () => {
  const { task, canonical, digest } = parsed("task: t\nrun: { command: [ls] }\n");
  expect(task).toEqual({
    task: "t",
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
      reads_directory: false,
      records_network: false,
      submits: 0,
      provider: null,
      memory: null,
      cpu: null,
      time: null,
      processes: null,
      tokens: null,
      money: null,
    },
    requires: { residency: null, latency: null, bytes_out: null },
    prefer: { latency: null },
  } satisfies Task);
  expect(canonical).toBe(
    '{"directory":"/home/me/jobs","intent":"","needs":{"calls":[],"cpu":null,"memory":null,"models":[],"money":null,"processes":null,"provider":null,"reads":[],"reads_directory":false,"records_network":false,"secrets":[],"submits":0,"time":null,"tokens":null,"writes":[]},"prefer":{"latency":null},"principal":null,"requires":{"bytes_out":null,"latency":null,"residency":null},"run":{"command":["ls"]},"task":"t"}',
  );
  expect(digest).toBe(sha256(canonical));
});

const WHOLE = `task: summarise-inbox
principal: mail-agent
intent: |
  Summarise today's mail,
  \t"shortly" 🙂
run: { command: [python3, summarise.py, 5, -7, "0x10", ''] }
directory: work
needs:
  models:
    - { capability: chat, context: 8000, model: "llama3.2:3b", calls_max: 3, bytes_out_max: 64 KiB, data: internal }
    - { capability: chat }
  calls:
    - { to: "HTTPS://API.example.com/v1/./summaries", method: POST, for: [embed, chat, chat], calls_max: 3, bytes_out_max: 64 KiB, data: internal }
    - { to: "https://api.example.com/v1", for: chat }
    - { to: "http://api.example.com:8080" }
    - { to: "TCP://Nas.home.arpa.:22", method: CONNECT, calls_max: 2, bytes_in_max: 1 MiB }
  reads: [mail/today.mbox, /etc/hosts, ../x, ./mail/today.mbox]
  writes: [out/]
  secrets: [OTHER, EXAMPLE_API_KEY, OTHER]
  reads_directory: true
  records_network: true
  submits: 3
  provider: ollama
  memory: 512 MiB
  cpu: 0.5
  time: 2 m
  processes: 16
requires: { residency: node, latency: 2 s, bytes_out: 1 MiB }
prefer: { latency: 500 ms }
`;

test("parseTask reads every member of the language", () => {
  expect(parsed(WHOLE).task).toEqual({
    task: "summarise-inbox",
    principal: "mail-agent",
    intent: 'Summarise today\'s mail,\n\t"shortly" 🙂\n',
    run: { command: ["python3", "summarise.py", "5", "-7", "0x10", ""] },
    directory: "/home/me/jobs/work",
    needs: {
      models: [
        {
          capability: "chat",
          context: 8000,
          model: "llama3.2:3b",
          calls_max: 3,
          bytes_out_max: 65_536,
          tokens: null,
          money: null,
          data: "internal",
        },
        {
          capability: "chat",
          context: 4096,
          model: null,
          calls_max: 1,
          bytes_out_max: null,
          tokens: null,
          money: null,
          data: null,
        },
      ],
      calls: [
        {
          to: "https://api.example.com:443/v1/summaries",
          method: ["POST"],
          for: ["chat", "embed"],
          calls_max: 3,
          bytes_out_max: 65_536,
          bytes_in_max: null,
          tokens: null,
          money: null,
          data: "internal",
        },
        {
          to: "https://api.example.com:443/v1",
          method: ["GET"],
          for: ["chat"],
          calls_max: 1,
          bytes_out_max: null,
          bytes_in_max: null,
          tokens: null,
          money: null,
          data: null,
        },
        {
          to: "http://api.example.com:8080/",
          method: ["GET"],
          for: [],
          calls_max: 1,
          bytes_out_max: null,
          bytes_in_max: null,
          tokens: null,
          money: null,
          data: null,
        },
        {
          to: "tcp://nas.home.arpa:22",
          method: ["CONNECT"],
          for: [],
          calls_max: 2,
          bytes_out_max: null,
          bytes_in_max: 1_048_576,
          tokens: null,
          money: null,
          data: null,
        },
      ],
      reads: ["/etc/hosts", "/home/me/jobs/mail/today.mbox", "/home/me/x"],
      writes: ["/home/me/jobs/out"],
      secrets: ["EXAMPLE_API_KEY", "OTHER"],
      reads_directory: true,
      records_network: true,
      submits: 3,
      provider: "ollama",
      memory: 536_870_912,
      cpu: 500,
      time: 120_000,
      processes: 16,
      tokens: null,
      money: null,
    },
    requires: { residency: "node", latency: 2000, bytes_out: 1_048_576 },
    prefer: { latency: 500 },
  } satisfies Task);
});

test("parseTask takes bytes and text, YAML and JSON, as the same task", () => {
  const yaml = parsed("task: t\nrun: { command: [ls, -l] }\nneeds: { cpu: 1 }\n");
  const json = parsed('{"task":"t","run":{"command":["ls","-l"]},"needs":{"cpu":1.0,"secrets":[]}}');
  expect(json.digest).toBe(yaml.digest);
  expect(parseTask(new TextEncoder().encode(WHOLE), options)).toEqual(parseTask(WHOLE, options));
});

test("parseTask gives every word of a task a part in its digest", () => {
  const plain = "task: t\nrun: { command: [ls] }\n";
  const others = [
    "intent: x\n",
    "principal: p\n",
    "directory: /x\n",
    "needs: { cpu: 1 }\n",
    "prefer: { latency: 1 s }\n",
  ];
  const digests = [plain, ...others.map((line) => plain + line), plain.replace("task: t", "task: u")].map(
    (source) => parsed(source).digest,
  );
  expect(new Set(digests).size).toBe(digests.length);
  expect(parseTask(plain, { ...options, directory: "/elsewhere" })).not.toMatchObject({
    value: { digest: digests[0] },
  });
});

test("parseTask takes arguments up to 131071 characters and names up to 200, intents up to 4096", () => {
  const source = (argument: number, name: number, intent: number): string =>
    `{ task: ${"n".repeat(name)}, intent: ${"i".repeat(intent)}, run: { command: [sh, ${"a".repeat(argument)}] } }`;
  expect(parsed(source(131_071, 200, 4096)).task.task).toHaveLength(200);
  expect(refused(source(131_072, 1, 1))[1]).toContain("an argument has 131072 characters: limit is 131071");
  expect(refused(source(1, 201, 1))[1]).toContain("a name has 201 characters: limit is 200");
  expect(refused(source(1, 1, 4097))[1]).toContain("an intent has 4097 characters: limit is 4096");
});

test("parseTask takes any argument but NUL: no shell and no terminal reads it", () => {
  const { task } = parsed('{ task: t, run: { command: ["a", "\\e[31m", "x\\ny", "\\u202e", "~"] } }');
  expect(task.run.command).toEqual(["a", "\u001b[31m", "x\ny", "\u202e", "~"]);
});

test("parseTask takes numbers of the plain decimal form as arguments", () => {
  const { task } = parsed("{ task: t, run: { command: [a, 0, -1, 10, 999999999999999] } }");
  expect(task.run.command).toEqual(["a", "0", "-1", "10", "999999999999999"]);
});

test.each(cases())("parseTask refuses %s", (source, line, hint) => {
  expect(refused(source)).toEqual([hint, line]);
});

test("parseTask needs the absolute folder that relative paths start from", () => {
  expect(() => parseTask("task: t", { ...options, directory: "jobs" })).toThrow(
    "the directory of a task is absolute",
  );
});

test("parseTask refuses a malformed document at its place", () => {
  expect(refused("task: t\nrun: {\n")).toEqual([
    "-",
    "3:1: wrong indentation, or a bracket that is not closed",
  ]);
});

/** The cases of the fixture: three lines each, between blank lines. */
function cases(): readonly (readonly [string, string, string])[] {
  const text = readFileSync(`${import.meta.dirname}/fixtures/refused-tasks.txt`, "utf8");
  return text
    .trim()
    .split("\n\n")
    .slice(1)
    .map((block) => {
      const [source = "", line = "", hint = ""] = block.split("\n");
      return [source, line, hint] as const;
    });
}

function parsed(source: string): ParsedTask {
  const read = parseTask(source, options);
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return read.value;
}

function refused(source: string): readonly [string, string] {
  const read = parseTask(source, options);
  if (read.ok) throw new Error("the task was accepted");
  const [first] = read.error;
  return first === undefined ? ["", ""] : [first.hint ?? "-", languageErrorLine(first)];
}
