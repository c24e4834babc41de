// boundRefusals and grantedPlaces: what is counted, and what a policy names.
import { describe, expect, it } from "vitest";
import type { EgressEvent } from "../../execution.ts";
import type { TaskState } from "../task-state.ts";
import { boundRefusals } from "./bound-refusals.ts";
import { connectionEvent } from "./connection-record.ts";
import { call, opaque } from "./fixtures/served-task.ts";
import { grantedPlaces } from "./granted-places.ts";

function bounded(): {
  readonly state: TaskState;
  readonly events: EgressEvent[];
  readonly full: () => number;
} {
  const events: EgressEvent[] = [];
  let full = 0;
  const given = { report: (event: EgressEvent) => void events.push(event) } as unknown as TaskState;
  const state = boundRefusals(given, () => {
    full++;
  });
  return { state, events, full: () => full };
}

function event(decision: EgressEvent["decision"]): EgressEvent {
  return connectionEvent({ decision, via: "connect", cause: null, host: "a.test", port: 443 });
}

describe("boundRefusals", () => {
  it("passes a thousand refusals, the last one as the end, and none after it", () => {
    const { state, events, full } = bounded();
    for (let at = 0; at < 1500; at++) state.report(event("refuse"));
    expect(events).toHaveLength(1000);
    expect(events.map(({ cause }) => cause).filter((cause) => cause !== null)).toEqual([
      "refusals_over_limit",
    ]);
    expect(events.at(-1)?.cause).toBe("refusals_over_limit");
    expect(full()).toBe(1);
    state.report(event("error"));
    expect(events).toHaveLength(1000);
  });

  it("passes what crossed, however many were refused before", () => {
    const { state, events, full } = bounded();
    for (let at = 0; at < 1000; at++) state.report(event("refuse"));
    state.report({ ...event("error"), cause: "client_closed", bytes_out: 500 });
    state.report({ ...event("refuse"), cause: "bytes_over_limit", bytes_in: 1 });
    state.report(event("error"));
    expect(events.slice(1000)).toMatchObject([
      { decision: "error", cause: "client_closed", bytes_out: 500 },
      { decision: "refuse", cause: "bytes_over_limit", bytes_in: 1 },
    ]);
    expect(full()).toBe(1);
  });

  it("counts ten errors as one refusal, and never what was allowed", () => {
    const { state, events, full } = bounded();
    for (let at = 0; at < 20_000; at++) state.report(event("allow"));
    for (let at = 0; at < 9_999; at++) state.report(event("error"));
    expect(full()).toBe(0);
    state.report(event("refuse"));
    expect(full()).toBe(1);
    state.report(event("allow"));
    expect(events).toHaveLength(20_000 + 10_000 + 1);
  });
});

describe("connectionEvent", () => {
  it("leaves out a long name that was refused, and keeps one that was granted", () => {
    const host = `${"a".repeat(60)}.${"b".repeat(60)}.test`;
    const told = { via: "dns", cause: "name_not_granted", host, port: 53 } as const;
    expect(connectionEvent({ decision: "refuse", ...told }).host).toBeNull();
    expect(connectionEvent({ decision: "allow", ...told }).host).toBe(host);
  });
});

describe("grantedPlaces", () => {
  const authority = { certificate: "", key: "" };
  const none = { secrets: [], protected: [], documents: [], enrolled: null, detectors: null };
  const use = { requests: 0, bytes_out: 0, bytes_in: 0, tokens: 0, money: 0 };

  it("names exactly scheme, host and port, and nothing for an empty policy", () => {
    const places = grantedPlaces(
      { calls: [call({ host: "a.test" })], opaque: [], authority, ...none },
      { calls: [use], opaque: [] },
    );
    expect(places.calls("https", "a.test", 443)).toBe(true);
    for (const [scheme, host, port] of [
      ["http", "a.test", 443],
      ["https", "a.test", 80],
      ["https", "x.a.test", 443],
      ["https", "", 443],
    ] as const) {
      expect(places.calls(scheme, host, port)).toBe(false);
    }
    expect(places.named("a.test", 443)).toBe(true);
    expect(places.hasCallPort(443)).toBe(true);
    expect(places.hasCallPort(80)).toBe(false);
    const empty = grantedPlaces(
      { calls: [], opaque: [], authority: null, ...none },
      { calls: [], opaque: [] },
    );
    expect(empty.named("a.test", 443)).toBe(false);
    expect(empty.opaque("a.test", 22)).toBeNull();
  });

  it("grants nothing over TLS without an authority", () => {
    const places = grantedPlaces(
      { calls: [call({ host: "a.test" })], opaque: [], authority: null, ...none },
      { calls: [use], opaque: [] },
    );
    expect(places.named("a.test", 443)).toBe(false);
  });

  it("finds a raw relay with its own count, unless a call names its place", () => {
    const grants = [opaque({ host: "a.test", port: 443 }), opaque({ host: "git.test", port: 22 })];
    const policy = { calls: [call({ host: "a.test" })], opaque: grants, authority, ...none };
    const mine = { ...use };
    const places = grantedPlaces(policy, { calls: [use], opaque: [use, mine] });
    expect(places.opaque("git.test", 22)).toEqual({ grant: grants[1], use: mine });
    expect(places.opaque("git.test", 22)?.use).toBe(mine);
    expect(places.opaque("git.test", 23)).toBeNull();
    expect(places.opaque("a.test", 443)).toBeNull();
  });
});
