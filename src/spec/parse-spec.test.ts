// parseSpec: the canonical form of the example, its defaults, and line, column, message and hint of everything refused.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type LanguageError, languageErrorLine } from "../stdx/document/language-error.ts";
import { parseSpec } from "./parse-spec.ts";
import type { Spec } from "./spec.ts";

const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");
const ports = { sha256, clock: () => 0 };

/** The shortest spec there is, one member a line. */
const SHORTEST = `writ: 1
name: t
sovereignty:
  score_min: 70
  external_calls_max: 3
  uncontrolled_calls_max: 1
privacy:
  ladder: [public, secret]
  default_label: public
resources:
  memory: { per_task_max: 1 GiB, committed_max: 80 %, host_reserve: 1 GiB }
  cpu: { per_task_max: 1 }
  processes_max: 64
  time_max: 1 m
  heat: { max: 85 C, margin: 5 C }
  pressure: { memory_some_avg10_max: 20 % }
  budgets:
    - { scope: principal, window: 1 h, external_calls: 3, bytes_out: 1 MiB }
`;

test("parseSpec fills in every default", () => {
  const { spec } = parsed(SHORTEST);
  expect(spec).toEqual({
    writ: 1,
    name: "t",
    execution: { isolation: "namespaces", limits: "cgroup" },
    principals: [],
    sovereignty: {
      score_min: 70,
      external_calls_max: 3,
      uncontrolled_calls_max: 1,
      local_first: true,
      providers: [],
      endpoints: [],
      secrets: [],
    },
    privacy: {
      ladder: ["public", "secret"],
      default_label: "public",
      sources: [],
      protected: [],
      detectors: null,
      refuse_when: [],
    },
    resources: {
      memory: { per_task_max: 2 ** 30, committed_max: 8000, host_reserve: 2 ** 30 },
      cpu: { per_task_max: 1000 },
      processes_max: 64,
      time_max: 60_000,
      output_max: 64 * 1024 * 1024,
      children: { per_task_max: 0, depth_max: 0 },
      heat: { max: 85_000, margin: 5000, unmeasurable: "refuse" },
      pressure: { memory_some_avg10_max: 2000, unmeasurable: "refuse" },
      budgets: [
        {
          scope: "principal",
          window: 3_600_000,
          external_calls: 3,
          bytes_out: 1024 * 1024,
          tokens: null,
          money: null,
        },
      ],
    },
    defaults: { memory: null, cpu: null, time: null, processes: null, bytes_out: null, tokens: null },
    amendment: { signers: [], quorum: 1, cooling_off: 259_200_000, trial: 2_592_000_000, founding: 0 },
    witnesses: { quorum: 0, members: [] },
    measurement: { bounds: [], learned: true },
    notify: null,
    challenge: null,
    probes: { share: 0, self_test: null },
    export: null,
  } satisfies Spec);
});
test("parseSpec fills in the members of an endpoint, a provider, a principal, a source, a rule, a budget", () => {
  const { spec } = parsed(
    withLines({
      principals: "[{ name: p, uid: 0 }]",
      "sovereignty.providers":
        "[{ name: o, kind: ollama, url: 'HTTP://127.0.0.1:11434/' }, { name: g, kind: openai, url: 'http://[::1]:8080' }]",
      "sovereignty.endpoints": "[{ host: API.Example.com., control: contracted, clearance: public }]",
      "privacy.sources": "[{ path: /a/../b/**, label: secret }]",
      "privacy.refuse_when": "[{ untrusted: true }]",
      execution: "{}",
      defaults: "{}",
    }),
  );
  expect(spec.principals).toEqual([{ name: "p", uid: 0, may_need: [], secrets: [] }]);
  expect(spec.sovereignty.providers).toEqual([
    { name: "g", kind: "openai", url: "http://[::1]:8080", folder: null, serves: [], latency: null },
    { name: "o", kind: "ollama", url: "http://127.0.0.1:11434", folder: null, serves: [], latency: null },
  ]);
  expect(spec.sovereignty.endpoints).toEqual([
    {
      host: "api.example.com",
      port: 443,
      address: null,
      ca: null,
      control: "contracted",
      clearance: "public",
      serves: [],
      methods: ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"],
      paths: ["/"],
      content_types: null,
      requests_per_task_max: null,
      bytes_out_per_task_max: null,
      bytes_in_per_task_max: null,
      latency: null,
      opaque: null,
      price: null,
    },
  ]);
  expect(spec.privacy.sources).toEqual([{ path: "/b/**", label: "secret", trust: "trusted" }]);
  expect(spec.privacy.refuse_when).toEqual([{ untrusted: true, label_min: null, control_not: null }]);
  expect(spec.execution).toEqual({ isolation: "namespaces", limits: "cgroup" });
  expect(spec.defaults).toEqual({
    memory: null,
    cpu: null,
    time: null,
    processes: null,
    bytes_out: null,
    tokens: null,
  });
});

test.each(["{ untrusted: true }", "{ label_min: secret }", "{ control_not: owned }"])(
  "parseSpec takes the rule %s: one condition is enough",
  (rule) => {
    expect(parsed(withLines({ "privacy.refuse_when": `[${rule}]` })).spec.privacy.refuse_when).toHaveLength(
      1,
    );
  },
);

test("parseSpec keeps explicit empty lists: they allow nothing", () => {
  const { spec } = parsed(
    withLines({
      "sovereignty.endpoints":
        "[{ host: a.example.com, control: owned, clearance: public, methods: [], paths: [] }]",
    }),
  );
  expect(spec.sovereignty.endpoints[0]).toMatchObject({ methods: [], paths: [] });
});

test("parseSpec reads every member of the language", () => {
  const { spec } = parsed(readFileSync("examples/governance.yaml", "utf8"));
  expect(spec.sovereignty.endpoints.map(({ host, port }) => `${host}:${port}`)).toEqual([
    "api.example.com:443",
    "backup.example.org:22",
    "feeds.example.org:443",
    "free-llm.example.org:443",
    "git.example.org:22",
    "git.example.org:443",
    "models.example.com:443",
    "packages.example.org:443",
    "text.example.net:443",
  ]);
  expect(spec.sovereignty.endpoints[0]).toEqual({
    host: "api.example.com",
    port: 443,
    address: null,
    ca: null,
    control: "contracted",
    clearance: "internal",
    serves: ["chat"],
    methods: ["POST"],
    paths: ["/v1/"],
    content_types: null,
    requests_per_task_max: 300,
    bytes_out_per_task_max: 262_144,
    bytes_in_per_task_max: null,
    latency: 500,
    price: null,
    opaque: null,
  });
  expect(spec.defaults).toEqual({
    memory: 536_870_912,
    cpu: 1000,
    time: 120_000,
    processes: 64,
    bytes_out: 65_536,
    tokens: null,
  });
  expect(spec.privacy.refuse_when).toEqual([
    { untrusted: true, label_min: "confidential", control_not: "owned" },
  ]);
});

test("parseSpec gives one hash to one meaning, and another hash to other bytes", () => {
  const plain = parsed(SHORTEST);
  const other = parsed(
    `# a comment\n${SHORTEST.replace("1 GiB", "1024 MiB").replace("1 m\n", "60 s\n")}tighten: []\n`,
  );
  expect(other.canonical).toBe(plain.canonical);
  expect(other.spec_hash).toBe(plain.spec_hash);
  expect(plain.spec_hash).toBe(sha256(plain.canonical));
  expect(plain.bytes_hash).toBe(sha256(new TextEncoder().encode(SHORTEST)));
  expect(other.bytes_hash).not.toBe(plain.bytes_hash);
  expect(parsed(SHORTEST.replace("score_min: 70", "score_min: 71")).spec_hash).not.toBe(plain.spec_hash);
});

test("parseSpec sorts sets and tables, whatever order they were written in", () => {
  const written = parsed(
    withLines({
      principals: "[{ name: b, uid: 2, may_need: [y, x, y] }, { name: a, uid: 1 }]",
      "sovereignty.endpoints":
        "[{ host: b.example.com, control: owned, clearance: public, methods: [PUT, GET, PUT], paths: [/z, /a] }, { host: a.example.com, port: 8443, control: owned, clearance: public }, { host: a.example.com, control: owned, clearance: public }]",
      "privacy.sources": "[{ path: /b, label: secret }, { path: /a, label: secret }]",
      "privacy.refuse_when": "[{ untrusted: true }, { label_min: secret }]",
      "resources.budgets":
        "[{ scope: principal, window: 1 h, external_calls: 3, bytes_out: 1 MiB }, { scope: node, window: 1 d, bytes_out: 1 MiB }]",
    }),
  ).spec;
  expect(written.principals.map(({ name, may_need }) => [name, may_need])).toEqual([
    ["a", []],
    ["b", ["x", "y"]],
  ]);
  expect(written.sovereignty.endpoints.map(({ host, port }) => `${host}:${port}`)).toEqual([
    "a.example.com:443",
    "a.example.com:8443",
    "b.example.com:443",
  ]);
  expect(written.sovereignty.endpoints[2]).toMatchObject({ methods: ["GET", "PUT"], paths: ["/a", "/z"] });
  expect(written.privacy.sources.map(({ path }) => path)).toEqual(["/a", "/b"]);
  expect(written.privacy.refuse_when.map(({ label_min }) => label_min)).toEqual(["secret", null]);
  expect(written.resources.budgets.map(({ scope }) => scope)).toEqual(["node", "principal"]);
});

test.each(cases("refused-specs.txt"))("parseSpec refuses `%s`", (member, line, hint) => {
  const [first] = refused(withLines(memberOf(member)));
  expect(first === undefined ? "" : languageErrorLine(first)).toBe(line);
  expect(first?.hint ?? "-").toBe(hint);
});

test.each(cases("not-enforced-specs.txt"))(
  "parseSpec refuses `%s`: no room enforces it",
  (member, place, field) => {
    const [first] = refused(withLines(memberOf(member)));
    expect(first === undefined ? "" : languageErrorLine(first)).toBe(
      `${place}: \`${field}\` is not enforced by this version`,
    );
    expect(first?.hint).toBe(`remove \`${field}\``);
  },
);

test("parseSpec refuses the tier that this version does not enforce", () => {
  const [first] = refused(withLines({ execution: "{ isolation: seatbelt }" }));
  expect(first).toEqual({
    line: 3,
    column: 25,
    message: "`seatbelt` is not enforced by this version",
    hint: "write `namespaces`",
  });
});

test.each([
  [{ tighten: "[]" }],
  [{ "sovereignty.secrets": "[]" }],
  [{ principals: "[{ name: a, uid: 1, secrets: [] }]" }],
  [{ "privacy.protected": "[]" }],
])("parseSpec takes %j: an empty list asks for nothing", (members) => {
  expect(parsed(withLines(members)).canonical).toContain('"writ":1');
});

test.each(["writ", "name", "sovereignty", "privacy", "resources"])(
  "parseSpec refuses a spec without `%s`",
  (member) => {
    const lines = SHORTEST.split("\n");
    const start = lines.findIndex((line) => line.startsWith(`${member}:`));
    const length = lines.slice(start + 1).findIndex((line) => !line.startsWith(" ")) + 1;
    const source = lines.toSpliced(start, length).join("\n");
    const [first] = refused(source);
    expect(first?.message).toBe(`\`${member}\` is missing`);
    expect(first?.line).toBe(1);
  },
);

test("parseSpec holds the floor, and places what is below it where it was written", () => {
  const endpoints = [
    "{ host: z.example.com, control: owned, clearance: public }",
    '{ host: "*.github.io", control: owned, clearance: public }',
    "{ host: 169.254.169.254, control: owned, clearance: public }",
  ];
  const errors = refused(withLines({ "sovereignty.endpoints": `\n    - ${endpoints.join("\n    - ")}` }));
  expect(errors.map(({ line, column }) => `${line}:${column}`)).toEqual(["9:15", "10:15"]);
  expect(errors[0]?.message).toContain("`*.github.io` is at or above a public suffix");
  expect(errors[1]?.message).toContain("`169.254.169.254` is a metadata address");
});

test("parseSpec asks for a principal window beside each limit on what leaves, in the budgets if there are any", () => {
  const other = withLines({ "resources.budgets": "[{ scope: node, window: 1 h, bytes_out: 1 B }]" });
  expect(refused(other).map(({ line, column }) => `${line}:${column}`)).toEqual(["17:12"]);
  const none = SHORTEST.split("\n").slice(0, 16).join("\n");
  expect(refused(none).map(({ line, column }) => `${line}:${column}`)).toEqual(["11:3"]);
});

test("parseSpec gives all errors at once, in the order of the text", () => {
  const source = withLines({
    name: "'a b'",
    "sovereignty.score_min": "101",
    "resources.time_max": "1 y",
    zebra: "1",
  });
  expect(refused(source).map(({ line, column }) => `${line}:${column}`)).toEqual([
    "2:7",
    "3:1",
    "5:14",
    "15:13",
  ]);
});

test("parseSpec reads for five seconds unless told otherwise", () => {
  const source = new TextEncoder().encode(SHORTEST);
  const late = (ms: number, deadline?: number): boolean => {
    const times = [0];
    const read = parseSpec(source, {
      sha256,
      clock: () => times.shift() ?? ms,
      ...(deadline === undefined ? {} : { deadline }),
    });
    return !read.ok;
  };
  expect(late(5000)).toBe(false);
  expect(late(5001)).toBe(true);
  expect(late(5001, 6000)).toBe(false);
  expect(late(11, 10)).toBe(true);
});

test("parseSpec refuses a document that is not a map, at its start", () => {
  expect(refused("- a\n").map(languageErrorLine)).toEqual(["1:1: `document` is a list: expected a map"]);
});

/** `source` with a line for each member: in place of the one that is there, else in front of what follows its section. */
function withLines(members: Record<string, string>): string {
  const lines = SHORTEST.split("\n");
  for (const [path, value] of Object.entries(members)) {
    const [section, name] = path.includes(".") ? path.split(".") : [null, path];
    const from = section === null ? 0 : lines.indexOf(`${section}:`) + 1;
    const head = `${section === null ? "" : "  "}${name}:`;
    const at = lines.findIndex((line, index) => index >= from && line.startsWith(head));
    const replaced =
      at === -1
        ? 0
        : 1 +
          Math.max(
            0,
            lines.slice(at + 1).findIndex((line) => !line.startsWith(section === null ? " " : "    ")),
          );
    const where = at === -1 ? insertionPoint(lines, section, from) : at;
    lines.splice(where, replaced, value === "" ? head : `${head} ${value}`);
  }
  return lines.join("\n");
}

/** The cases of a fixture: three lines each, between blank lines. */
function cases(file: string): readonly (readonly [string, string, string])[] {
  const blocks = readFileSync(`${import.meta.dirname}/fixtures/${file}`, "utf8")
    .trim()
    .split("\n\n")
    .slice(1);
  return blocks.map((block) => {
    const [member = "", line = "", third = ""] = block.split("\n");
    return [member, line, third] as const;
  });
}

function memberOf(line: string): Record<string, string> {
  const colon = line.startsWith('"') ? line.indexOf('":') + 1 : line.indexOf(":");
  return { [line.slice(0, colon)]: line.slice(colon + 1).trimStart() };
}

function insertionPoint(lines: readonly string[], section: string | null | undefined, from: number): number {
  if (section === null) return 2;
  const end = lines.slice(from).findIndex((line) => !line.startsWith("  "));
  return from + end;
}

function parsed(source: string): { spec: Spec; canonical: string; spec_hash: string; bytes_hash: string } {
  const read = parseSpec(new TextEncoder().encode(source), ports);
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return read.value;
}

function refused(source: string): readonly LanguageError[] {
  const read = parseSpec(new TextEncoder().encode(source), ports);
  if (read.ok) throw new Error("the spec was accepted");
  return read.error;
}
