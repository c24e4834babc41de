// The challenge that a served governor fires by itself: the real command, whose answer becomes a record; at deep depth under
// `writ serve` of the package as it ships, five minutes of which pass before it is fired.
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { PLAIN_SPEC } from "../../model/plain-spec.ts";
import { fireChallenge, LIGHT_CHALLENGE } from "../../src/governor/fire-challenge.ts";
import { Unattended } from "../../src/governor/unattended/unattended.ts";
import { WatchBook } from "../../src/governor/unattended/watch-book.ts";
import { isDeep } from "../depth.ts";
import { endPlace, makeHomePlace, WRIT, writ } from "../e2e/cli-process.ts";

const HOUR = 3_600_000;

it("fireChallenge by Unattended, once it is served for a while, records what the real command came to", async () => {
  const book = new WatchBook();
  const recorded = Promise.withResolvers<void>();
  const command = [process.execPath, WRIT, ...LIGHT_CHALLENGE.slice(2), "--only", "any.home-as-grant/keys"];
  let [now, sequence] = [0, 0];
  const unattended = new Unattended({
    book,
    append: (record) => {
      book.note({ ...record, sequence, time: now });
      sequence += 1;
      if (record.kind === "challenge") recorded.resolve();
      return Promise.resolve();
    },
    notifier: { tell: () => Promise.resolve() },
    exporter: { send: () => Promise.resolve() },
    spec: () => ({ ...PLAIN_SPEC, notify: null, challenge: { every: HOUR } }),
    now: () => now,
    free: () => null,
    coverage: () => null,
    fire: (signal) => fireChallenge(command, signal),
  });
  unattended.serving(new Promise(() => undefined));
  await unattended.look();
  now = 10 * 60_000;
  await unattended.look();
  await recorded.promise;
  await unattended.close();
  expect(book.challenge).toMatchObject({ held: true, fired: 1, failed: [], stopped: null });
}, 300_000);

const whenDeep = isDeep ? it : it.skip;
if (!isDeep)
  process.stderr.write("scheduled challenge: under writ serve, which waits five minutes, at deep depth\n");

whenDeep(
  "writ serve fires the light challenge, and writ status shows what came of it",
  { timeout: 3_600_000 },
  async () => {
    const place = await makeHomePlace();
    const served = spawn(process.execPath, [WRIT, "serve"], {
      cwd: place.work,
      env: place.env,
      stdio: "ignore",
    });
    const ended = new Promise((resolve) => served.once("close", resolve));
    try {
      for (;;) {
        const { stdout } = await writ(place, ["status", "--format", "json"]);
        const { challenge } = JSON.parse(stdout) as { readonly challenge: object | null };
        if (challenge !== null) {
          expect(challenge).toMatchObject({ held: true, stopped: null, failed: [] });
          return;
        }
        await sleep(10_000);
      }
    } finally {
      served.kill("SIGTERM");
      await ended;
      await endPlace(place);
    }
  },
);
