// Bodies that stall, drip, outgrow a bound or find no buffer: each is refused, and what was claimed is given back.
import type { IncomingMessage } from "node:http";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { BODY_IDLE_TIMEOUT, BODY_MAX, BODY_TIMEOUT, BUFFERED_PER_TASK_MAX } from "./bounds.ts";
import { BodyClaim, readBody } from "./read-body.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A request's body without its connection. */
function bodyOf(complete = true): IncomingMessage & PassThrough {
  return Object.assign(new PassThrough(), { rawTrailers: [], complete }) as unknown as IncomingMessage &
    PassThrough;
}

function claimOf(max = Number.MAX_SAFE_INTEGER): { readonly claim: BodyClaim; readonly held: () => number } {
  let held = 0;
  const worker = {
    claim: (bytes: number) => {
      if (held + bytes > max) return false;
      held += bytes;
      return true;
    },
    release: (bytes: number) => void (held -= bytes),
  };
  return { claim: new BodyClaim({ held: 0 }, worker), held: () => held };
}

test("readBody refuses a body that stalls", async () => {
  const { claim, held } = claimOf();
  const body = bodyOf();
  const read = readBody(body, claim);
  body.write("some");
  await vi.advanceTimersByTimeAsync(BODY_IDLE_TIMEOUT + 1);
  expect(await read).toMatchObject({ ok: false, error: { cause: "too_slow", measured: 4 } });
  claim.releaseAll();
  expect(held()).toBe(0);
});

test("readBody refuses a body that drips for ever", async () => {
  const { claim } = claimOf();
  const body = bodyOf();
  const read = readBody(body, claim);
  const step = BODY_IDLE_TIMEOUT / 2;
  for (let passed = 0; passed <= BODY_TIMEOUT; passed += step) {
    body.write("x");
    await vi.advanceTimersByTimeAsync(step);
  }
  expect(await read).toMatchObject({ ok: false, error: { cause: "too_slow" } });
});

test("readBody refuses a body over its bound, and reads no further", async () => {
  const { claim, held } = claimOf();
  const body = bodyOf();
  const read = readBody(body, claim);
  body.write(Buffer.alloc(BODY_MAX));
  body.write("x");
  expect(await read).toMatchObject({ ok: false, error: { cause: "body_over_limit", limit: BODY_MAX } });
  expect(body.isPaused()).toBe(true);
  claim.releaseAll();
  claim.releaseAll();
  expect(held()).toBe(0);
});

test("readBody refuses what finds no buffer, as what can pass later", async () => {
  const { claim } = claimOf(3);
  const body = bodyOf();
  const read = readBody(body, claim);
  body.end("four");
  expect(await read).toMatchObject({ ok: false, error: { cause: "buffered_over_limit", retryable: true } });
});

test("readBody refuses a body that breaks off", async () => {
  const body = bodyOf(false);
  const read = readBody(body, claimOf().claim);
  body.write("some");
  body.destroy();
  expect(await read).toMatchObject({ ok: false, error: { cause: "client_closed" } });
  expect(await readBody(body, claimOf().claim)).toMatchObject({
    ok: false,
    error: { cause: "client_closed" },
  });
});

test("readBody gives a whole body, in pieces or empty", async () => {
  const body = bodyOf();
  const read = readBody(body, claimOf().claim);
  body.write("so");
  body.end("me");
  expect(await read).toEqual({ ok: true, value: Buffer.from("some") });
  const empty = bodyOf();
  empty.end();
  expect(await readBody(empty, claimOf().claim)).toEqual({ ok: true, value: Buffer.alloc(0) });
});

test("readBody holds the pieces and the whole side by side, and then the whole alone", async () => {
  for (const [max, ok] of [
    [7, false],
    [8, true],
  ] as const) {
    const { claim, held } = claimOf(max);
    const body = bodyOf();
    const read = readBody(body, claim);
    body.write("so");
    body.end("me");
    expect((await read).ok).toBe(ok);
    expect(held()).toBe(4);
    claim.releaseAll();
    expect(held()).toBe(0);
  }
});

test("BodyClaim keeps a task to its share, whatever the worker has left", () => {
  const task = { held: 0 };
  const worker = { claim: () => true, release: () => undefined };
  const [one, other] = [new BodyClaim(task, worker), new BodyClaim(task, worker)];
  expect(one.take(BUFFERED_PER_TASK_MAX)).toBe(true);
  expect(other.take(1)).toBe(false);
  one.releaseAll();
  expect(other.take(1)).toBe(true);
  expect(task.held).toBe(1);
});
