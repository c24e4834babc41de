// Namespaces made ahead: each given once, never our own, and nothing of them left behind.
import { fstatSync, readdirSync, readlinkSync, statSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { until } from "../../../test/enforce/gate-bench.ts";
import { insidePlan } from "./inside-plan.ts";
import { type NamespacePool, openNamespacePool } from "./namespace-pool.ts";
import { prepareNamespace } from "./prepare-namespace.ts";

const drop = process.geteuid?.() === 0;
const NONE = { calls: [], opaque: [], records_network: false, submits: 0 };
const PLAN = insidePlan(NONE, [{ host: "127.0.0.1", port: 11_434 }]);
const OTHER = insidePlan(NONE, [{ host: "127.0.0.1", port: 11_435 }]);

/** Namespaces that this process holds open. */
function held(): number {
  return readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith("net:[");
    } catch {
      return false; // The listing's own.
    }
  }).length;
}

let pool: NamespacePool;
beforeEach(() => {
  pool = openNamespacePool(drop);
});
afterEach(() => pool.close());

describe("openNamespacePool", () => {
  test("gives one namespace to one task, none of them ours", async () => {
    const first = await pool.take(PLAN);
    pool.refill(PLAN);
    const [second, third] = await Promise.all([pool.take(PLAN), pool.take(PLAN)]);
    const all = [first, second, third];
    const inodes = all.map(({ descriptors }) => fstatSync(descriptors.net).ino);
    expect(new Set([...inodes, statSync("/proc/self/ns/net").ino]).size).toBe(4);
    for (const one of all) {
      expect(one.listeners.map(({ kind, port }) => [kind, port])).toEqual([["model", 11_434]]);
      one.drop();
      one.drop();
    }
    expect(held()).toBe(0);
  });

  test("keeps what was made for a plan for that plan alone", async () => {
    pool.refill(PLAN);
    await until(() => held() === 1);
    const other = await pool.take(OTHER);
    expect(held()).toBe(2);
    expect(other.listeners.map(({ port }) => port)).toEqual([11_435]);
    other.drop();
  });

  test("closes what was made ahead, and makes nothing more", async () => {
    pool.refill(PLAN);
    pool.refill(PLAN);
    pool.refill(OTHER);
    await pool.close();
    pool.refill(PLAN);
    await pool.close();
    expect(held()).toBe(0);
  });
});

describe("prepareNamespace", () => {
  test("says why it cannot be, and leaves nothing", async () => {
    const impossible = { captures: false, sockets: [{ kind: "model", host: "192.0.2.1", port: 1 }] } as const;
    await expect(prepareNamespace(impossible, drop)).rejects.toMatchObject({ code: "WRIT_LAUNCH_FAILED" });
    expect(held()).toBe(0);
  });
});
