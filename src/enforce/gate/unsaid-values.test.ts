import { expect, it } from "vitest";
import type { EgressEvent } from "../execution.ts";
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
};

function told(change: Partial<EgressEvent>): EgressEvent | undefined {
  const events: EgressEvent[] = [];
  const policy = { protected: [{ name: "token", value: VALUE }], secrets: [] };
  unsaidValues(policy, (event) => events.push(event))({ ...EVENT, ...change });
  expect(events).toHaveLength(1);
  return events[0];
}

it("tells what holds no value as it is", () => {
  expect(told({})).toEqual(EVENT);
  expect(told({ host: null, path: "" })).toEqual({ ...EVENT, host: null, path: "" });
});

it.each([
  ["as it is", `${VALUE}.evil.example.net`],
  ["over several labels", `${VALUE.slice(0, 9)}.${VALUE.slice(9)}.evil.example.net`],
  [
    "in hexadecimal",
    `${Buffer.from(VALUE).toString("hex").slice(0, 62)}.${Buffer.from(VALUE).toString("hex").slice(62)}.example.net`,
  ],
])("tells no host that holds a value %s", (_, host) => {
  expect(told({ host })).toEqual({ ...EVENT, host: null, path: "" });
});

it.each([`/v1/${VALUE}`, `/v1/${encodeURIComponent(Buffer.from(`x${VALUE}`).toString("base64"))}`])(
  "tells no path that holds a value, and still the host (%s)",
  (path) => {
    expect(told({ path })).toEqual({ ...EVENT, path: "" });
    expect(told({ path, decision: "error" })).toMatchObject({ host: EVENT.host, path: "" });
  },
);

it("changes nothing of what was allowed", () => {
  expect(told({ decision: "allow", cause: null })).toEqual({ ...EVENT, decision: "allow", cause: null });
});

it("tells nothing that a task wrote where the values are not known", () => {
  const events: EgressEvent[] = [];
  unsaidValues({ protected: null, secrets: [] }, (event) => void events.push(event))(EVENT);
  expect(events).toEqual([{ ...EVENT, host: null, path: "" }]);
});
