// What a task has sent to one endpoint over all its requests: different pieces count, the same ones do not.
import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import type { GrantedDetectors } from "../../../decide/decision.ts";
import { createScanPorts } from "../../scan-ports.ts";
import { EndpointSums, type PersonalPiece } from "./endpoint-sums.ts";
import type { ScannedRequest } from "./scan-messages.ts";

const detectors = (change: Partial<GrantedDetectors> = {}): GrantedDetectors => ({
  credentials: "refuse",
  opaque: "count",
  personal: [
    { group: "email", max: 3 },
    { group: "iban", max: 0 },
  ],
  novel_max: null,
  known_harmless: [],
  ...change,
});

const request = (host = "a.example", body: Uint8Array = new Uint8Array()): ScannedRequest => ({
  host,
  method: "POST",
  target: "/v1",
  headers: [],
  body,
  decoded: null,
  inspected: true,
});

const email = (name: string): PersonalPiece => ({ kind: "email", fingerprint: name });

test("the same piece again is no further one, a different one is, and what is refused adds nothing", () => {
  const sums = new EndpointSums(detectors(), createScanPorts());
  for (let turn = 0; turn < 50; turn += 1)
    expect(sums.take(request(), [email("a"), email("b"), email("a")])).toBeNull();
  expect(sums.take(request(), [email("a"), email("c")])).toBeNull();
  expect(sums.take(request(), [email("d"), email("e")])).toMatchObject({
    cause: "personal_over_limit",
    what: "email",
    measured: 5,
    limit: 3,
  });
  expect(sums.take(request(), [email("c")])).toBeNull();
  expect(sums.take(request(), [email("d")])).toMatchObject({ measured: 4 });
  // Another endpoint has its own sum; a group that the spec does not bound has none.
  expect(sums.take(request("b.example"), [email("d"), email("e")])).toBeNull();
  expect(sums.take(request(), [{ kind: "ip", fingerprint: "x" }])).toBeNull();
  expect(sums.take(request(), [{ kind: "iban", fingerprint: "x" }])).toMatchObject({ measured: 1, limit: 0 });
});

test("novel information is summed over requests, and repetition is not novel", () => {
  const sums = new EndpointSums(detectors({ novel_max: 2048 }), createScanPorts());
  const same = Buffer.from("the same heartbeat of the same service, every minute\n".repeat(20));
  for (let turn = 0; turn < 40; turn += 1) expect(sums.take(request("a.example", same), [])).toBeNull();
  const over = Array.from({ length: 12 }, () => sums.take(request("a.example", randomBytes(256)), []));
  expect(over[0]).toBeNull();
  expect(over.at(-1)).toMatchObject({ cause: "novel_over_limit", limit: 2048 });
});

test("without detectors nothing is summed", () => {
  const sums = new EndpointSums(null, createScanPorts());
  expect(sums.take(request(), [{ kind: "iban", fingerprint: "x" }])).toBeNull();
});
