// Files of values that the spec names, from the user's side: what needs one that cannot be used does not start, doctor
// names it, and the value stands nowhere that a user or the ledger keeps. Not what the gate does with them.
import { chmodSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { specText } from "../../src/governor/fixtures/spec-text.ts";
import { endPlace, makeHomePlace, type Place, writ } from "./cli-process.ts";

const TIMEOUT = { timeout: 120_000 };
const KEY = "key-5f0c1d2e3b4a";
const GUARDED = "guarded-9a8b7c6d5e4f";
const ENDPOINTS = ["api", "open"].map(
  (name) =>
    `{ host: ${name}.example.com, control: contracted, clearance: internal, serves: [chat], methods: [POST], paths: [/v1/], requests_per_task_max: 9, bytes_out_per_task_max: 64 KiB }`,
);
/** With the secret, and without. */
const CALL = ["--call", "POST https://api.example.com/v1/", "--secret", "EXAMPLE_KEY"];
const OPEN_CALL = ["--call", "POST https://open.example.com/v1/"];

let place: Place;
beforeAll(async () => {
  place = await makeHomePlace((work) =>
    specText(work, { endpoints: `[ ${ENDPOINTS.join(", ")} ]` })
      .replace("may_need: [chat] }", "may_need: [chat], secrets: [EXAMPLE_KEY] }")
      .replace(
        "  local_first: true\n",
        `  local_first: true\n  secrets: [ { name: EXAMPLE_KEY, file: "${work}/key", for: { host: api.example.com, methods: [POST], paths: [/v1/], place: bearer } } ]\n`,
      )
      .replace(
        "  refuse_when: []\n",
        `  refuse_when: []\n  protected: [ { file: "${work}/guarded.env" } ]\n`,
      ),
  );
});
beforeEach(() => {
  for (const [name, text] of [
    ["key", `${KEY}\n`],
    ["guarded.env", `A=${GUARDED}\n`],
  ] as const) {
    writeFileSync(`${place.work}/${name}`, text);
    chmodSync(`${place.work}/${name}`, 0o600);
  }
});
afterAll(() => endPlace(place));

it("gives a task a placeholder in the place of a secret", TIMEOUT, async () => {
  const ran = await writ(place, [
    "run",
    ...CALL,
    "--secret",
    "EXAMPLE_KEY",
    "--",
    "sh",
    "-c",
    "echo $EXAMPLE_KEY",
  ]);
  expect([ran.code, ran.stderr]).toEqual([0, ""]);
  expect(ran.stdout).toMatch(/^writ-placeholder-[0-9a-f]{48}\n$/);
});

it.each([
  [
    "is open to others",
    (path: string) => chmodSync(path, 0o644),
    "has mode 0644: limit is 0600",
    /^chmod 600 /,
  ],
  ["is missing", (path: string) => rmSync(path), "no such file", /^ls -l /],
])("starts nothing that needs a secret whose file %s", TIMEOUT, async (_, spoil, said, hint) => {
  spoil(`${place.work}/key`);
  const ran = await writ(place, ["run", ...CALL, "--", "echo", "ran"]);
  expect([ran.code, ran.stdout]).toEqual([125, ""]);
  expect(ran.stderr).toContain(said);
  const doctor = await writ(place, ["doctor", "--format", "json"]);
  const { checks } = JSON.parse(doctor.stdout) as {
    readonly checks: readonly {
      readonly name: string;
      readonly state: string;
      readonly repair: string | null;
    }[];
  };
  expect(checks.find(({ name }) => name === "secret EXAMPLE_KEY")).toMatchObject({
    state: "fails",
    repair: expect.stringMatching(hint) as string,
  });
  // What does not need it starts.
  expect((await writ(place, ["run", ...OPEN_CALL, "--", "echo", "ran"])).stdout).toBe("ran\n");
});

it(
  "decides nothing while a protected file cannot be read, since a task's words may hold it",
  TIMEOUT,
  async () => {
    rmSync(`${place.work}/guarded.env`);
    for (const call of [OPEN_CALL, []]) {
      const ran = await writ(place, ["run", ...call, "--", "echo", "ran"]);
      expect([ran.code, ran.stdout]).toEqual([125, ""]);
      expect(ran.stderr).toContain("guarded.env` cannot be read: no such file");
    }
  },
);

it("keeps no value in the home", TIMEOUT, async () => {
  await writ(place, ["run", ...CALL, "--", "true"]);
  const files = globSync(`${place.home}/**`, { withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(5);
  const holding = files
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .filter((path) => [KEY, GUARDED].some((value) => readFileSync(path).includes(value)));
  expect(holding).toEqual([]);
});

it("shows no task the file of a secret, whatever it declares", TIMEOUT, async () => {
  const look = ["sh", "-c", "cat key 2>/dev/null; ls >/dev/null && echo looked"];
  expect((await writ(place, ["run", "--", ...look])).stdout).toBe("looked\n");
  expect((await writ(place, ["run", "--read", ".", "--", ...look])).stdout).not.toContain(KEY);
  const named = await writ(place, ["check", "--read", "key", "--", "cat", "key"]);
  expect([named.code, named.stdout]).toEqual([2, expect.stringContaining("path_private")]);
  // Whoever may write around it could put another in its place.
  expect((await writ(place, ["check", "--write", ".", "--", "true"])).code).toBe(2);
});
