import { expect, it } from "vitest";
import type { GrantedDetectors } from "../../decide/decision.ts";
import type { EgressEvent } from "../execution.ts";
import { testScanner } from "./scan/fixtures/test-scanner.ts";
import { unsaidValues } from "./unsaid-values.ts";

const VALUE = "9f86d081884c7d659a2feaa0c55ad015";
const EVENT: EgressEvent = {
  decision: "refuse",
  via: "connect",
  provider: null,
  host: "api.example.com",
  port: 443,
  method: "GET",
  path: "/v1/a",
  cause: "path_not_granted",
  status: 403,
  bytes_out: 0,
  bytes_in: 0,
  findings: [],
};
const POLICY = { protected: [{ name: "token", value: VALUE }], secrets: [], detectors: null };
const DETECTORS: GrantedDetectors = {
  credentials: "refuse",
  opaque: "count",
  personal: [],
  novel_max: null,
  known_harmless: [],
};

/** ms: a thread starts first, which on a busy machine takes longer than anybody would wait in earnest. */
const PATIENT = 10 * 60_000;

async function told(
  change: Partial<EgressEvent>,
  policy: Parameters<typeof unsaidValues>[0] = POLICY,
): Promise<EgressEvent | undefined> {
  const events: EgressEvent[] = [];
  const unsaid = unsaidValues(policy, testScanner(policy), (event) => events.push(event), PATIENT);
  unsaid.report({ ...EVENT, ...change });
  await unsaid.settled();
  expect(events).toHaveLength(1);
  return events[0];
}

it("tells what holds no value as it is", async () => {
  expect(await told({})).toEqual(EVENT);
  expect(await told({ host: null, path: "" })).toEqual({ ...EVENT, host: null, path: "" });
});

it.each([
  ["as it is", `${VALUE}.evil.example.net`],
  ["over several labels", `${VALUE.slice(0, 9)}.${VALUE.slice(9)}.evil.example.net`],
  [
    "in hexadecimal",
    `${Buffer.from(VALUE).toString("hex").slice(0, 62)}.${Buffer.from(VALUE).toString("hex").slice(62)}.example.net`,
  ],
])("tells no host that holds a value %s", async (_, host) => {
  expect(await told({ host })).toEqual({ ...EVENT, host: null, path: "" });
});

it.each([`/v1/${VALUE}`, `/v1/${encodeURIComponent(Buffer.from(`x${VALUE}`).toString("base64"))}`])(
  "tells no path that holds a value, and still the host (%s)",
  async (path) => {
    expect(await told({ path })).toEqual({ ...EVENT, path: "" });
    expect(await told({ path, decision: "error" })).toMatchObject({ host: EVENT.host, path: "" });
  },
);

it("tells no host and no path that holds a credential of a public format, where detectors look for them", async () => {
  const token = `sk-proj-${VALUE.slice(0, 20)}${VALUE.slice(0, 28)}`;
  const host = `${token}.example.net`;
  const policy = { protected: [], secrets: [], detectors: DETECTORS };
  expect(await told({ host }, policy)).toEqual({ ...EVENT, host: null, path: "" });
  expect(await told({ path: `/v1/${token}` }, policy)).toEqual({ ...EVENT, path: "" });
  expect(await told({}, policy)).toEqual(EVENT);
  const none = { ...policy, detectors: null };
  expect(await told({ host }, none)).toEqual({ ...EVENT, host });
});

it("changes nothing of what was allowed", async () => {
  expect(await told({ decision: "allow", cause: null })).toEqual({
    ...EVENT,
    decision: "allow",
    cause: null,
  });
});

it("tells nothing that a task wrote where the values are not known", async () => {
  const events: EgressEvent[] = [];
  const policy = { protected: null, secrets: [], detectors: null };
  const unsaid = unsaidValues(policy, testScanner(policy), (event) => void events.push(event));
  unsaid.report(EVENT);
  await unsaid.settled();
  expect(events).toEqual([{ ...EVENT, host: null, path: "" }]);
});

it("tells events in the order in which they came, and no name that nobody could look at", async () => {
  const events: EgressEvent[] = [];
  const scanner = testScanner(POLICY);
  const unsaid = unsaidValues(POLICY, scanner, (event) => void events.push(event), PATIENT);
  unsaid.report({ ...EVENT, path: "/1" });
  unsaid.report({ ...EVENT, path: "/2", decision: "allow", cause: null });
  await unsaid.settled();
  scanner.end();
  unsaid.report({ ...EVENT, path: "/3" });
  unsaid.report({ ...EVENT, path: "/4", decision: "allow", cause: null });
  await unsaid.settled();
  expect(events.map(({ host, path }) => `${host} ${path}`)).toEqual([
    `${EVENT.host} /1`,
    `${EVENT.host} /2`,
    "null ",
    `${EVENT.host} /4`,
  ]);
});

it("tells no name to which no answer came in time", async () => {
  const events: EgressEvent[] = [];
  const silent = { holds: () => new Promise<readonly boolean[]>(() => undefined) };
  const unsaid = unsaidValues(POLICY, silent, (event) => void events.push(event), 1);
  unsaid.report(EVENT);
  await unsaid.settled();
  expect(events).toEqual([{ ...EVENT, host: null, path: "" }]);
});
