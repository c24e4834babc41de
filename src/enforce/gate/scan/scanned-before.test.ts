// The same bytes are scanned once, by each scan, where it came to its end; and the one that went before is forgotten in time.
import { hash } from "node:crypto";
import { expect, test } from "vitest";
import type { Finding } from "../../../scan/finding.ts";
import { request, taskScan } from "./fixtures/task-scan.ts";
import { ScannedBefore } from "./scanned-before.ts";

const sha256 = (bytes: Uint8Array): Buffer => hash("sha256", bytes, "buffer");
const FOUND: Finding = { kind: "iban", class: "personal", name: null, start: 0, end: 4, decoded: [] };

interface Look {
  readonly scan?: string;
  readonly findings?: readonly Finding[];
  readonly complete?: boolean;
}

/** A memory whose every search is counted. */
class Counted {
  scans = 0;
  readonly #before = new ScannedBefore({ sha256 });

  look(text: string, { scan = "all", findings = [FOUND], complete = true }: Look = {}): readonly Finding[] {
    return this.#before.findings(scan, Buffer.from(text), () => {
      this.scans += 1;
      return { findings, complete };
    });
  }
}

test("ScannedBefore searches the same bytes once for each scan, and gives what was found", () => {
  const counted = new Counted();
  expect(counted.look("text")).toEqual([FOUND]);
  expect(counted.look("text", { findings: [] })).toEqual([FOUND]);
  expect(counted.scans).toBe(1);
  expect(counted.look("text.", { findings: [] })).toEqual([]);
  expect(counted.look("text", { scan: "known", findings: [] })).toEqual([]);
  expect(counted.scans).toBe(3);
});

test("ScannedBefore remembers no scan that was not finished, and none that found very much", () => {
  const counted = new Counted();
  for (const left of [2, 1]) {
    counted.look("long", { complete: false });
    counted.look("full", { findings: Array.from({ length: 65 }, () => FOUND) });
    expect(counted.scans).toBe(6 - 2 * left);
  }
});

test("ScannedBefore forgets what came first", () => {
  const counted = new Counted();
  counted.look("first");
  for (let at = 0; at < 256; at += 1) counted.look(`other ${at}`);
  counted.look("other 255");
  expect(counted.scans).toBe(257);
  counted.look("first");
  expect(counted.scans).toBe(258);
});

test("TaskScan refuses the same body each time, says the place in the body at hand, and counts what it counts", () => {
  const value = "kJ8$wQ/4zT+x9=Lm~";
  const scan = taskScan({ protected: [{ name: "vault key", value }] });
  const judge = (contentType: string): unknown =>
    scan.judge(
      request({
        inspected: true,
        headers: [["content-type", contentType]],
        body: Buffer.from(JSON.stringify({ mail: "ada@example.org", text: value })),
      }),
    );
  const first = judge("application/json");
  expect(first).toMatchObject({ refused: { cause: "protected_value", place: "body.text" } });
  expect(judge("application/json")).toEqual(first);
  expect(judge("application/x-www-form-urlencoded")).toMatchObject({
    refused: { cause: "protected_value", place: "body" },
  });
});
