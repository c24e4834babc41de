// Witnesses against honest, forked and rolled-back ledgers, and a ledger against witnesses that lie, hang, answer garbage or
// are not there: over real sockets and folders.
import { generateKeyPairSync } from "node:crypto";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sampleOptions, testKey } from "../../../test/ledger/sample-ledger.ts";
import { logKey, type NoteVerifier } from "../../ledger/checkpoint.ts";
import { importPublicKey } from "../../ledger/ledger-key.ts";
import { openLedger } from "../../ledger/open-ledger.ts";
import { formatVkey } from "../../ledger/signed-note.ts";
import { KeptLedger } from "../keep-ledger.ts";
import { askWitness } from "./ask-witness.ts";
import { askedHead } from "./asked-head.ts";
import type { AskedHead, Held } from "./held.ts";
import { folderFile, keepInFolder } from "./keep-folder.ts";
import { type Listening, runWitness } from "./run-witness.ts";
import { Witnessed } from "./witnessed.ts";

const { origin } = sampleOptions("");
const verifier: NoteVerifier = { origin, key: importPublicKey(testKey().publicKey) };
const wall = (): Date => new Date(Date.UTC(2026, 0, 1));

let root = "";
const ending: (() => Promise<void>)[] = [];
beforeEach(() => (root = mkdtempSync(join(tmpdir(), "writ-witness-"))));
afterEach(async () => {
  for (const end of ending.splice(0)) await end();
  rmSync(root, { recursive: true, force: true });
});

/** A ledger in `name`, and a way to append to it and to take its head. */
async function ledgerIn(name: string) {
  const dir = join(root, name);
  const ledger = new KeptLedger(await openLedger(sampleOptions(dir)));
  let open = true;
  const close = async (): Promise<void> => {
    if (open) await ledger.close();
    open = false;
  };
  ending.push(close);
  return {
    dir,
    close,
    append: async (count: number, what = name) => {
      for (let index = 0; index < count; index += 1)
        await ledger.append({ kind: "decision", core: { what, index } });
    },
    rotate: async (key: number) => {
      const next = { origin, key: importPublicKey(testKey(key).publicKey) };
      await ledger.rotate({ verifier: next, sign: testKey(key).sign });
    },
    head: (): Promise<AskedHead> => askedHead(ledger, dir),
  };
}

/** A witness of the sample log that runs until the test ends. */
async function witness(name = "desk", logs: readonly string[] = [formatVkey(logKey(verifier))]) {
  const said: string[] = [];
  const end = new AbortController();
  const listening = Promise.withResolvers<Listening>();
  const options = { folder: join(root, name), name, host: "127.0.0.1", port: 0, logs, end: end.signal };
  const running = runWitness({ ...options, say: (line) => said.push(line) }, listening.resolve);
  const stop = async (): Promise<void> => {
    end.abort();
    await running;
  };
  await Promise.race([listening.promise, running]);
  ending.push(stop);
  const { url, key } = await listening.promise;
  return { said, stop, folder: options.folder, member: { name, key, url, folder: null } };
}

async function answering(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  ending.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const refused = (cause: string, known: number | null = null): Held => ({ held: false, cause, known }) as Held;

test("a witness cosigns what continues what it held, whatever the asker remembers of it, also after a restart", async () => {
  const log = await ledgerIn("log");
  await log.append(3);
  const first = await witness();
  const ask = async (old: number, member = first.member): Promise<Held> =>
    await askWitness({ witness: member, endpoint: null, head: await log.head(), old });
  expect(await ask(0)).toMatchObject({
    held: true,
    line: expect.stringMatching(/^— desk \S{104,}$/) as string,
  });
  await log.append(5);
  expect(await ask(3)).toMatchObject({ held: true });
  // Asked again for the same head, and by one who forgot.
  expect(await ask(8)).toMatchObject({ held: true });
  await log.append(1);
  expect(await ask(0)).toMatchObject({ held: true });
  await first.stop();
  const again = await witness();
  expect(again.member.key).toBe(first.member.key);
  await log.append(300);
  expect(await ask(2, again.member)).toMatchObject({ held: true });
  expect(again.said).toEqual([
    `${origin}: refused, 409: not after what is held here`,
    `${origin}: 309 records, cosigned`,
  ]);
});

test("a rolled-back and a forked ledger are refused by the witness, and named", async () => {
  const log = await ledgerIn("log");
  await log.append(4);
  await log.close();
  cpSync(log.dir, join(root, "fork"), { recursive: true });
  cpSync(log.dir, join(root, "old"), { recursive: true });
  const whole = await ledgerIn("log");
  await whole.append(4);
  const desk = await witness();
  const ask = async (head: AskedHead, old: number): Promise<Held> =>
    await askWitness({ witness: desk.member, endpoint: null, head, old });
  expect(await ask(await whole.head(), 0)).toMatchObject({ held: true });
  const old = await ledgerIn("old");
  expect(await ask(await old.head(), 4)).toEqual(refused("rolled_back", 8));
  const fork = await ledgerIn("fork");
  await fork.append(4, "otherwise");
  expect(await ask(await fork.head(), 8)).toEqual(refused("forked", 8));
  await fork.append(2, "otherwise");
  expect(await ask(await fork.head(), 8)).toEqual(refused("forked", 8));
  expect(await ask(await fork.head(), 0)).toEqual(refused("forked", 8));
  await whole.append(1);
  expect(await ask(await whole.head(), 8)).toMatchObject({ held: true });
});

test("a witness that does not know the log, is another one, or is not there holds nothing", async () => {
  const log = await ledgerIn("log");
  await log.append(1);
  const head = await log.head();
  const other = formatVkey(logKey({ origin: "writ.example/other", key: verifier.key }));
  const stranger = formatVkey(logKey({ origin, key: importPublicKey(testKey(9).publicKey) }));
  for (const [name, key] of [
    ["one", other],
    ["two", stranger],
  ] as const) {
    const { member } = await witness(name, [key]);
    expect(await askWitness({ witness: member, endpoint: null, head, old: 0 })).toEqual(
      refused("unknown_log"),
    );
  }
  const desk = await witness();
  const key = importPublicKey(generateKeyPairSync("ed25519").publicKey).raw;
  const another = { ...desk.member, key: Buffer.from(key).toString("base64") };
  expect(await askWitness({ witness: another, endpoint: null, head, old: 0 })).toEqual(
    refused("bad_signature"),
  );
  await desk.stop();
  expect(await askWitness({ witness: desk.member, endpoint: null, head, old: 0 })).toEqual(
    refused("unreachable"),
  );
});

test("a witness that lies or answers garbage holds nothing, and is not followed anywhere", async () => {
  const log = await ledgerIn("log");
  await log.append(2);
  const head = await log.head();
  const { member } = await witness();
  const elsewhere = await answering(() => expect.unreachable("a redirect is not followed"));
  const answers: readonly (readonly [number, string, string])[] = [
    [200, "", "bad_signature"],
    [200, "— desk AAAA\n", "bad_signature"],
    [200, `— desk ${Buffer.alloc(76, 1).toString("base64")}\n`, "bad_signature"],
    [200, "x".repeat(100_000), "bad_answer"],
    [409, "1e3\n", "bad_answer"],
    [409, "-1\n", "bad_answer"],
    [409, "99999999999999999999\n", "bad_answer"],
    [409, "1\n", "bad_answer"],
    [500, "", "bad_answer"],
    [302, elsewhere, "bad_answer"],
    [422, "", "forked"],
  ];
  for (const [status, body, cause] of answers) {
    const url = await answering((_, response) =>
      response.writeHead(status, { location: elsewhere }).end(body),
    );
    const held = await askWitness({ witness: { ...member, url }, endpoint: null, head, old: 0 });
    expect([status, body.slice(0, 20), held]).toEqual([
      status,
      body.slice(0, 20),
      { ...held, held: false, cause },
    ]);
  }
  const cut = await answering(
    (_, response) => void response.writeHead(200, { "content-length": 90 }).end("— desk"),
  );
  expect(await askWitness({ witness: { ...member, url: cut }, endpoint: null, head, old: 0 })).toMatchObject({
    held: false,
  });
});

test("a witness that never answers is given up", async () => {
  const log = await ledgerIn("log");
  await log.append(1);
  const { member } = await witness();
  const url = await answering(() => undefined);
  const asked = await askWitness({
    witness: { ...member, url },
    endpoint: null,
    head: await log.head(),
    old: 0,
  });
  expect(asked).toEqual(refused("timeout"));
}, 20_000);

test("a witness answers malformed requests as the specification says, and holds on to nothing of them", async () => {
  const log = await ledgerIn("log");
  await log.append(2);
  const { note } = await log.head();
  const { member, folder } = await witness();
  const post = async (
    body: string,
    path = "/add-checkpoint",
  ): Promise<readonly [number, string | null, string]> => {
    const answer = await fetch(`${member.url}${path}`, { method: "POST", body });
    return [answer.status, answer.headers.get("content-type"), await answer.text()];
  };
  const hash = Buffer.alloc(32).toString("base64");
  const forged = note.replace(/\n2\n/, "\n3\n");
  const bodies = [
    "",
    "\n\n",
    "old 0",
    `old 00\n\n${note}`,
    `old -1\n\n${note}`,
    `old 0\n${hash.slice(1)}\n\n${note}`,
    `old 3\n\n${note}`,
  ];
  for (const body of [
    ...bodies,
    `old 0\n${`${hash}\n`.repeat(64)}\n${note}`,
    "x".repeat(20_000),
    "old 0\n\nno note\n",
  ])
    expect((await post(body))[0], body.slice(0, 40)).toBe(400);
  expect((await post(`old 0\n\n${forged}`))[0]).toBe(403);
  expect((await post(`old 0\n${hash}\n\n${note}`))[0]).toBe(422);
  expect((await post(`old 0\n\n${note}`, "/other"))[0]).toBe(404);
  expect((await fetch(`${member.url}/add-checkpoint`)).status).toBe(405);
  expect(readdirSync(folder)).toEqual(["witness.key"]);
  expect(await post(`old 1\n\n${note}`)).toEqual([409, "text/x.tlog.size", "0\n"]);
  expect((await post(`old 0\n\n${note}`))[0]).toBe(200);
  expect(await post(`old 0\n\n${note}`)).toEqual([409, "text/x.tlog.size", "2\n"]);
});

test("of requests that race for one log a witness cosigns one chain", async () => {
  const log = await ledgerIn("log");
  const { member, said } = await witness();
  const heads: AskedHead[] = [];
  for (let turn = 0; turn < 4; turn += 1) {
    await log.append(1);
    heads.push(await log.head());
  }
  const held = await Promise.all(
    heads.map(async (head) => await askWitness({ witness: member, endpoint: null, head, old: 0 })),
  );
  expect(held.some((one) => one.held)).toBe(true);
  const sizes = said.flatMap((line) => /: ([0-9]+) records, cosigned/.exec(line)?.[1] ?? []).map(Number);
  expect(sizes).toEqual(sizes.toSorted((one, two) => one - two));
});

test("a witness whose key others may read, or that forgot what it held, does not go on", async () => {
  const log = await ledgerIn("log");
  await log.append(1);
  const { folder, member, stop } = await witness();
  expect(await askWitness({ witness: member, endpoint: null, head: await log.head(), old: 0 })).toMatchObject(
    { held: true },
  );
  const [held = ""] = readdirSync(folder).filter((name) => name.endsWith(".checkpoint"));
  writeFileSync(join(folder, held), "half a checkp");
  expect(await askWitness({ witness: member, endpoint: null, head: await log.head(), old: 1 })).toEqual(
    refused("unreachable"),
  );
  await stop();
  chmodSync(join(folder, "witness.key"), 0o644);
  await expect(witness()).rejects.toMatchObject({ code: "WRIT_KEY_UNUSABLE" });
});

test("a folder holds each head that continues the one before, and nothing else is ever put in its place", async () => {
  const log = await ledgerIn("log");
  await log.append(2);
  const folder = join(root, "stick");
  const keep = async (head: AskedHead): Promise<Held> => await keepInFolder(folder, verifier, head, wall);
  expect(await keep(await log.head())).toEqual(refused("folder_missing"));
  mkdirSync(folder);
  expect(await keep(await log.head())).toEqual({ held: true, line: null, time: wall().getTime() / 1000 });
  await log.append(2);
  const newest = await log.head();
  expect(await keep(newest)).toMatchObject({ held: true });
  const file = folderFile(folder, origin);
  expect(readFileSync(file, "utf8")).toBe(newest.note);
  const older = await ledgerIn("older");
  await older.append(2, "log");
  expect(await keep(await older.head())).toEqual(refused("rolled_back", 4));
  await older.append(3, "otherwise");
  expect(await keep(await older.head())).toEqual(refused("forked", 4));
  for (const foreign of ["", "half a checkp", newest.note.replace(/\n4\n/, "\n3\n"), "x".repeat(9000)]) {
    writeFileSync(file, foreign);
    expect(await keep(newest)).toEqual(refused("folder_foreign"));
    expect(readFileSync(file, "utf8")).toBe(foreign);
  }
  rmSync(file);
  mkdirSync(`${file}.${process.pid}`);
  expect(await keep(newest)).toEqual(refused("folder_unwritable"));
  expect(readdirSync(folder)).not.toContain(file);
});

test("Witnessed.window counts from the head that a quorum of the spec's own witnesses holds", () => {
  const witnessed = new Witnessed();
  const member = (name: string, key: string | null = null) => ({ name, key, url: null, folder: "/x" });
  const note = (
    kind: "cosignature" | "witness_failed",
    witness: string,
    size: number,
    time: number,
    more = {},
  ): void => witnessed.note({ kind, time, core: { witness, key: null, size, ...more } });
  const members = [member("a"), member("b")];
  expect(witnessed.window({ quorum: 1, members }, 9, 5000)).toEqual({ records: 9, seconds: null });
  note("cosignature", "a", 6, 2000);
  note("cosignature", "b", 4, 1000);
  expect(witnessed.window({ quorum: 1, members }, 9, 5500)).toEqual({ records: 3, seconds: 3 });
  expect(witnessed.window({ quorum: 2, members }, 9, 5500)).toEqual({ records: 5, seconds: 4 });
  note("witness_failed", "a", 9, 3000, { cause: "unreachable" });
  expect(witnessed.of(member("a"))).toEqual({ size: 6, time: 2000, cause: "unreachable" });
  expect(witnessed.window({ quorum: 1, members: [] }, 9, 5500)).toEqual({ records: 9, seconds: null });
  // Another key is another witness.
  expect(witnessed.window({ quorum: 1, members: [member("a", "k")] }, 9, 5500)).toEqual({
    records: 9,
    seconds: null,
  });
});

test("a witness follows the ledger to its next key, also after a restart, and believes the old one no more", async () => {
  const [asked, other] = [await ledgerIn("own"), await ledgerIn("thief")];
  await asked.append(3, "same");
  await other.append(3, "same");
  const desk = await witness();
  const ask = async (from: typeof asked, old: number) =>
    await askWitness({ witness: desk.member, endpoint: null, head: await from.head(), old });
  expect(await ask(asked, 0)).toMatchObject({ held: true });
  await asked.rotate(8);
  await asked.append(2);
  await asked.rotate(9);
  await asked.append(1);
  expect(await ask(asked, 3)).toMatchObject({ held: true });
  expect(desk.said.filter((line) => line.includes("another key"))).toHaveLength(2);
  // The thief of the first key continues what the witness held before.
  await other.append(9);
  expect(await ask(other, 3)).toMatchObject({ held: false, cause: "unknown_log" });
  await desk.stop();
  const again = await witness();
  const asksAgain = { witness: again.member, endpoint: null, head: await asked.head(), old: 8 };
  await asked.append(1);
  expect(await askWitness({ ...asksAgain, head: await asked.head() })).toMatchObject({ held: true });
  // A witness that is told of the last key alone holds what it is shown with it.
  const told = await witness("late", [
    formatVkey(logKey({ origin, key: importPublicKey(testKey(9).publicKey) })),
  ]);
  const late = { witness: told.member, endpoint: null, head: await asked.head(), old: 0 };
  expect(await askWitness(late)).toMatchObject({ held: true });
});

test("a folder that holds a head of an older key takes the next one", async () => {
  const asked = await ledgerIn("own");
  await asked.append(2);
  const folder = join(root, "stick");
  mkdirSync(folder);
  expect(await keepInFolder(folder, verifier, await asked.head(), wall)).toMatchObject({ held: true });
  await asked.rotate(8);
  const next = { origin, key: importPublicKey(testKey(8).publicKey) };
  expect(await keepInFolder(folder, next, await asked.head(), wall)).toMatchObject({ held: true });
  const stranger = { origin, key: importPublicKey(testKey(9).publicKey) };
  expect(await keepInFolder(folder, stranger, await asked.head(), wall)).toMatchObject({
    cause: "folder_foreign",
  });
});
