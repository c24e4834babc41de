// `writ scan` and `writ protect` with real processes: what is found and said, bad input, streams that end early, and that a
// value which was enrolled or found stands nowhere afterwards.
import { createHash } from "node:crypto";
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  begin,
  endPlace,
  hintOf,
  isRoot,
  makeHomePlace,
  type Place,
  shell,
  signalTo,
  until,
  writ,
} from "./cli-process.ts";
import { unprobedSpec } from "./every-field-spec.ts";

const TIMEOUT = { timeout: 300_000 };

/** Letters and digits that look like a key, of a word alone. */
function planted(word: string): string {
  return createHash("sha256")
    .update(word)
    .digest("base64")
    .replaceAll(/[^A-Za-z0-9]/g, "")
    .slice(0, 32);
}

/** Made here, so that no scanner of others finds them in this file. */
const CARD = ["4111", "1111", "1111", "1111"].join("");
const TOKEN = planted("token");
const ROW = planted("row");
const NAMED = planted("named");
const LINE = (id: number | string, text: string): string => `${JSON.stringify({ id, text })}\n`;

let place: Place;
beforeAll(async () => {
  place = await makeHomePlace((work) => unprobedSpec(work).replace(`${work}.env`, `${work}/named.env`));
  writeFileSync(`${place.work}/named.env`, `NAMED=${NAMED}\n`, { mode: 0o600 });
  writeFileSync(`${place.work}/keys.env`, `# keys\nSERVICE_KEY=${TOKEN}\nPORT=8080\nOTHER=<your key>\n`);
  writeFileSync(`${place.work}/table.csv`, `id,code\n1,${ROW}\n`);
  writeFileSync(`${place.work}/leak.txt`, `é🙂 card ${CARD}\nkey ${Buffer.from(TOKEN).toString("base64")}\n`);
  writeFileSync(`${place.work}/clean.txt`, "nothing to see here\n");
});
afterAll(async () => {
  await endPlace(place);
});

describe("writ scan", TIMEOUT, () => {
  it("says kind, place and what to do, and exits with 1; nothing found is 0", async () => {
    const found = await writ(place, ["scan", "leak.txt", "clean.txt"]);
    expect([found.code, found.stderr]).toEqual([1, ""]);
    expect(found.stdout).toContain("leak.txt:1:9  payment_card  personal");
    expect(found.stdout).toContain("1 found in 1 of 2 files");
    const clean = await writ(place, ["scan", "clean.txt"]);
    expect([clean.code, clean.stderr]).toEqual([0, ""]);
  });

  it("as JSON names bytes, lines and keys", async () => {
    const { code, stdout } = await writ(place, ["scan", "--format", "json", "-"], {
      input: `{"a": [{"card": "${CARD}"}]}\n`,
    });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: "writ.scan/1",
      findings: [{ kind: "payment_card", class: "personal", line: 1, key: "a[0].card", start: 17, end: 33 }],
      sums: { files: 1, personal: 1, unfinished: 0 },
    });
  });

  it("walks folders, and leaves stores of version control and packages out", async () => {
    await shell(
      place,
      "mkdir -p tree/.git tree/a && cp leak.txt tree/.git/x && cp leak.txt tree/a/y && ln -s / tree/root",
    );
    const { stdout } = await writ(place, ["scan", "tree"]);
    expect(stdout).toContain("tree/a/y:1:9");
    expect(stdout).not.toContain(".git/x");
    expect(stdout).toContain("left out: 1 folders");
    expect((await writ(place, ["scan", "tree/.git"])).code).toBe(1);
  });

  it("goes on after a file that it cannot read, and says so", async () => {
    const closed = `${place.work}/closed.txt`;
    writeFileSync(closed, "x");
    chmodSync(closed, 0);
    const ran = await writ(place, ["scan", "nowhere.txt", "closed.txt", "leak.txt"]);
    expect(ran.code).toBe(70);
    expect(ran.stderr).toContain("writ: error: `nowhere.txt` cannot be read: no such file\n");
    if (!isRoot) expect(ran.stderr).toContain("`closed.txt` cannot be read: EACCES");
    expect(ran.stdout).toContain("leak.txt:1:9");
  });

  it("reads binary files, a FIFO and nothing at all", async () => {
    const ran = await shell(
      place,
      `head -c 300000 /dev/zero > zero.bin; printf ' card ${CARD} ' >> zero.bin; mkfifo pipe; (cat leak.txt > pipe &) ; "$WRIT" scan zero.bin pipe; echo "=$?"; "$WRIT" scan </dev/null; echo "=$?"`,
    );
    expect(ran.stdout).toContain("zero.bin:1:300007  payment_card");
    expect(ran.stdout).toContain("pipe:1:9  payment_card");
    expect(ran.stdout).toMatch(/=1\n[^=]*=0\n$/);
  });

  it("takes no unknown flag and no unknown class", async () => {
    expect((await writ(place, ["scan", "--fast"])).code).toBe(64);
    expect((await writ(place, ["scan", "--class", "secrets"])).code).toBe(64);
    expect((await writ(place, ["scam"])).stderr).toContain("scan");
  });
});

describe("writ scan --jsonl", TIMEOUT, () => {
  it("counts code points, in order, and passes bad lines over with their number", async () => {
    const input = `${LINE(1, `é🙂e\u0301 ${CARD}`)}nonsense ${TOKEN}\n${LINE("b", "clean")}{"id":3,"text":"\\ud800 ${CARD}"}`;
    const { code, stdout, stderr } = await writ(place, ["scan", "--jsonl"], { input });
    expect(code).toBe(3);
    const card = (start: number): object => ({
      kind: "payment_card",
      class: "personal",
      start,
      end: start + 16,
      decoded: [],
    });
    expect(
      stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { id: 1, findings: [card(5)] },
      { id: "b", findings: [] },
      { id: 3, findings: [card(2)] },
    ]);
    expect(stderr).toMatch(/^writ: error: standard input:2: not JSON\nwrit: hint: [^\n]+\n$/);
    expect(stderr).not.toContain(TOKEN);
  });

  it("answers one huge line, and an invalid one beside it", async () => {
    const script = `head -c 800000 /dev/zero | tr '\\0' 'a' | sed 's/^/{"id":1,"text":"/; s/$/ card ${CARD}"}/' > huge.jsonl; printf '\\n{"id":2,"text":"\\377"}\\n' >> huge.jsonl; "$WRIT" scan --jsonl huge.jsonl`;
    const { code, stdout, stderr } = await shell(place, script);
    expect(code).toBe(3);
    const { id, findings } = JSON.parse(stdout) as {
      id: number;
      findings: { kind: string; start: number }[];
    };
    expect(id).toBe(1);
    expect(findings.find(({ kind }) => kind === "payment_card" || kind === "unfinished")).toBeDefined();
    expect(stderr).toContain("huge.jsonl:2: not UTF-8");
  });

  it("ends when its reader has seen enough", async () => {
    // A stream without an end: who reads on has no end either.
    const lines = `yes '${LINE(1, `card ${CARD}`).trim()}'`;
    const ran = await shell(
      place,
      `{ ${lines} | { "$WRIT" scan --jsonl; echo "=$?" >&3; } | head -1 > /dev/null; } 3>&1`,
    );
    expect([ran.stdout, ran.stderr]).toEqual(["=141\n", ""]);
  });

  it("dies of Ctrl-C at once", async () => {
    writeFileSync(`${place.work}/long.jsonl`, LINE(1, "some words of a line ".repeat(40)).repeat(20_000));
    const running = begin(place, ["scan", "--jsonl", "long.jsonl"]);
    await until("an answer", () => running.said() !== "");
    signalTo(running.child.pid ?? 0, "SIGINT");
    expect((await running.ended).code).toBe(130);
  });
});

describe("writ protect", TIMEOUT, () => {
  it("enrols, lists, and has what it enrolled found through --home alone", async () => {
    const added = await writ(place, ["protect", "add", "keys.env"]);
    expect([added.code, added.stderr]).toEqual([0, ""]);
    expect(added.stdout).toBe(
      "keys.env: 1 value enrolled; left out: 1 that stand for a value, 1 short or ordinary\n",
    );
    const again = await writ(place, ["protect", "add", "keys.env"]);
    expect(again.stdout).toContain("0 values enrolled; left out: 1 enrolled before");
    expect((await writ(place, ["protect", "add", "table.csv", "--column", "code"])).code).toBe(0);
    const by = String.raw`by \S+ \(uid \d+\), record \d+`;
    expect((await writ(place, ["protect", "list"])).stdout).toMatch(
      new RegExp(`^[-0-9]{10} [:0-9]{5}  1 value  keys\\.env   ${by}\n.{16}  1 value  table\\.csv  ${by}\n$`),
    );
    const without = await writ(place, ["scan", "--class", "protected", "leak.txt"]);
    expect(without.code).toBe(0);
    const scanned = await writ(place, ["scan", "--home", place.home, "--class", "protected", "leak.txt"]);
    expect(scanned.code).toBe(1);
    expect(scanned.stdout).toContain("leak.txt:2:5  value  protected, `keys.env SERVICE_KEY`");
    const named = await writ(place, ["scan", "--home", place.home], { input: `x ${NAMED}\n` });
    expect(named.stdout).toContain("standard input:1:3  value  protected");
    const lines = await writ(place, ["scan", "--home", place.home, "--jsonl"], {
      input: LINE(1, `row ${ROW}.`),
    });
    const { findings } = JSON.parse(lines.stdout) as { findings: readonly object[] };
    expect(findings).toContainEqual({ kind: "value", class: "protected", start: 4, end: 36, decoded: [] });
  });

  it("refuses what is no file, holds nothing, or lacks the column, and enrols nothing then", async () => {
    const before = readFileSync(`${place.home}/protected.index`);
    writeFileSync(`${place.work}/empty.env`, "");
    const empty = await writ(place, ["protect", "add", "empty.env"]);
    expect(empty.code).toBe(1);
    hintOf({ ...empty, stdout: "" });
    hintOf(await writ(place, ["protect", "add", "nowhere.env"]));
    hintOf(await writ(place, ["protect", "add", "table.csv", "--column", "colour"]));
    hintOf(await writ(place, ["protect", "add", "mail"]));
    expect((await writ(place, ["protect", "add"])).code).toBe(64);
    const removed = await writ(place, ["protect", "remove", "keys.env"]);
    expect(removed.code).toBe(2);
    expect(removed.stderr).toContain("looser: `keys.env`: a request with its value is refused since ");
    expect((await writ(place, ["protect", "remove", "no.env"])).code).toBe(64);
    expect(readFileSync(`${place.home}/protected.index`).equals(before)).toBe(true);
  });

  it("keeps the index and its key to the owner, and says so of a damaged one", async () => {
    const [index, key] = [`${place.home}/protected.index`, `${place.home}/keys/protect`];
    expect([index, key].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600]);
    const bytes = readFileSync(index);
    const broken = Buffer.from(bytes);
    broken[200] = (broken[200] ?? 0) ^ 1;
    writeFileSync(index, broken);
    for (const args of [
      ["protect", "list"],
      ["protect", "add", "keys.env"],
      ["scan", "--home", place.home],
    ]) {
      const ran = await writ(place, args, { input: "" });
      expect([args, ran.code]).toEqual([args, 70]);
      expect(hintOf(ran)).toContain("protected.index");
    }
    writeFileSync(index, bytes);
    expect((await writ(place, ["protect", "list"])).code).toBe(0);
  });

  it("leaves no value anywhere: not in what was said, the home, or the ledger", async () => {
    const said: string[] = [];
    const commands: readonly (readonly string[])[] = [
      ["protect", "add", "keys.env", "table.csv", "--format", "json"],
      ["protect", "list", "--format", "json"],
      [
        "scan",
        "--home",
        place.home,
        "--class",
        "opaque",
        "--class",
        "protected",
        "leak.txt",
        "table.csv",
        "keys.env",
      ],
      ["scan", "--home", place.home, "--format", "json", "leak.txt", "table.csv", "keys.env"],
      ["scan", "--home", place.home, "--jsonl", "keys.env"],
      ["check", "--", "true"],
      ["explain", "4"],
      ["ledger", "tail", "--format", "json"],
    ];
    for (const args of commands) {
      const { stdout, stderr } = await writ(place, args);
      said.push(stdout, stderr);
    }
    expect(said.join("\n")).toContain("protected, `keys.env SERVICE_KEY`");
    for (const file of filesOf(place.home)) said.push(readFileSync(file, "latin1"));
    const all = said.join("\n");
    for (const value of [TOKEN, ROW, CARD, NAMED])
      for (const form of [
        value,
        value.slice(8, 24),
        Buffer.from(value).toString("base64"),
        Buffer.from(value).toString("hex"),
      ])
        expect(all.includes(form)).toBe(false);
  });
});

function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
