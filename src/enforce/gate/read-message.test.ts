// What a worker says is read as a stranger's word.
import { describe, expect, test } from "vitest";
import { readMessage } from "./read-message.ts";

const EVENT = {
  decision: "allow",
  via: "connect",
  provider: null,
  host: "a.example.com",
  port: 443,
  method: "GET",
  path: "/",
  cause: null,
  status: 200,
  bytes_out: 1,
  bytes_in: 2,
  findings: [{ class: "personal", kind: "email", count: 2 }],
};
/** What an answer used, and what is charged for it. */
const USAGE = { tokens_in: 1, tokens_out: null, tokens: 3, money: 4 };
const USE = { requests: 1, bytes_out: 2, bytes_in: 3, tokens: 4, money: 5 };

describe("readMessage", () => {
  test.each([
    { type: "ready" },
    { type: "granted", id: "a" },
    { type: "failed", id: "a", reason: "why" },
    { type: "event", id: "a", event: EVENT, forwarded: true },
    { type: "event", id: "a", event: { ...EVENT, usage: USAGE }, forwarded: true },
    { type: "ended", id: "a", used: { calls: [USE], opaque: [] } },
  ])("takes $type as it is", (message) => {
    expect(readMessage(message)).toEqual(message);
  });

  test.each<[string, unknown]>([
    ["nothing", null],
    ["a list", []],
    ["a text", "ready"],
    ["another type", { type: "revoke", id: "a" }],
    ["no id", { type: "granted" }],
    ["an id without end", { type: "granted", id: "a".repeat(257) }],
    ["a reason without end", { type: "failed", id: "a", reason: "x".repeat(1025) }],
    ["no uses", { type: "ended", id: "a", used: {} }],
    [
      "a use below zero",
      { type: "ended", id: "a", used: { calls: [{ ...USE, bytes_out: -1 }], opaque: [] } },
    ],
    ["no event", { type: "event", id: "a", forwarded: true }],
    ["an event with more", { type: "event", id: "a", event: { ...EVENT, body: "x" }, forwarded: true }],
    ["an event with less", { type: "event", id: "a", event: { ...EVENT, path: undefined }, forwarded: true }],
    [
      "a decision of its own",
      { type: "event", id: "a", event: { ...EVENT, decision: "maybe" }, forwarded: true },
    ],
    [
      "bytes that are no number",
      { type: "event", id: "a", event: { ...EVENT, bytes_in: "1" }, forwarded: true },
    ],
    ["a usage of nothing", { type: "event", id: "a", event: { ...EVENT, usage: null }, forwarded: true }],
    [
      "a charge below zero",
      { type: "event", id: "a", event: { ...EVENT, usage: { ...USAGE, tokens: -1 } }, forwarded: true },
    ],
    [
      "half a token",
      { type: "event", id: "a", event: { ...EVENT, usage: { ...USAGE, tokens_in: 0.5 } }, forwarded: true },
    ],
    [
      "a usage with more",
      { type: "event", id: "a", event: { ...EVENT, usage: { ...USAGE, more: 1 } }, forwarded: true },
    ],
    [
      "a host without end",
      { type: "event", id: "a", event: { ...EVENT, host: "h".repeat(2000) }, forwarded: true },
    ],
    [
      "a path without end",
      { type: "event", id: "a", event: { ...EVENT, path: "p".repeat(70_000) }, forwarded: true },
    ],
    ...[
      { class: "credential", kind: "a word of a task", count: 1 },
      { class: "other", kind: "email", count: 1 },
      { class: "personal", kind: "email", count: -1 },
      { class: "personal", kind: "email", count: 1, value: "x" },
    ].map((finding): [string, unknown] => [
      `a finding like ${JSON.stringify(finding)}`,
      { type: "event", id: "a", event: { ...EVENT, findings: [finding] }, forwarded: true },
    ]),
    [
      "findings without end",
      {
        type: "event",
        id: "a",
        event: { ...EVENT, findings: Array.from({ length: 65 }, () => EVENT.findings[0]) },
        forwarded: true,
      },
    ],
    ["no word of forwarding", { type: "event", id: "a", event: EVENT }],
  ])("refuses %s", (_, message) => {
    expect(readMessage(message)).toBeNull();
  });
});
