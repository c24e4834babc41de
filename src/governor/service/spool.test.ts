// Spool on a real folder: what is dropped there is submitted once, as what it is, and whatever else lies there starts nothing.
import {
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readContent } from "../../facts/read-content.ts";
import type { RecordInput } from "../../ledger/record.ts";
import { WritError } from "../../stdx/writ-error.ts";
import type { TaskInput } from "../governor.ts";
import { Spool, type SpoolParts } from "./spool.ts";

const uid = process.geteuid?.() ?? 0;
const LATER = 60_000;

let folder: string;
let submitted: TaskInput[];
let records: RecordInput[];
let at: { later: number };
beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/writ-spool-`);
  submitted = [];
  records = [];
  at = { later: LATER };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function spool(changes: Partial<SpoolParts> = {}): Spool {
  return new Spool({
    folder,
    uid,
    directory: "/home/alice",
    submit: (input) => {
      submitted.push(input);
      if (input.text === "bad")
        return Promise.reject(new WritError("WRIT_TASK_INVALID", "bad", { hint: "" }));
      return Promise.resolve({ jobs: input.text === "refuse" ? [] : [{ id: 1, name: "x" }] });
    },
    read: readContent,
    record: (record) => Promise.resolve(records.push(record)),
    now: () => Date.now() + at.later,
    ...changes,
  });
}

const drop = (name: string, text = "task: x\n"): void => writeFileSync(`${folder}/${name}`, text);
const left = (): readonly string[] => readdirSync(folder).toSorted();
const causes = (): readonly unknown[] => records.map(({ core }) => core["cause"]);

test("Spool submits each file once, as YAML or JSON by its name, and takes it away", async () => {
  drop("a.yaml", "one");
  drop("b.json", "two");
  drop("c.yml", "three");
  const own = spool();
  await own.look();
  await own.look();
  expect(submitted).toEqual([
    { text: "one", source: "a.yaml", directory: "/home/alice", format: "yaml" },
    { text: "two", source: "b.json", directory: "/home/alice", format: "json" },
    { text: "three", source: "c.yml", directory: "/home/alice", format: "yaml" },
  ]);
  expect([left(), records]).toEqual([[], []]);
});

test("Spool waits for a file until it has not changed for a while, and never takes one that is not named as a task", async () => {
  at.later = 0;
  drop("half.yaml", "task: x");
  for (const name of [".hidden.yaml", "part.yaml.tmp", "notes.txt"]) drop(name);
  const own = spool();
  await own.look();
  expect(submitted).toEqual([]);
  at.later = LATER;
  await own.look();
  expect(submitted).toHaveLength(1);
  expect(left()).toEqual([".hidden.yaml", "notes.txt", "part.yaml.tmp"]);
});

test("Spool starts nothing for what is no file of its owner's, or too large, and records why", async () => {
  drop("0-large.yaml");
  truncateSync(`${folder}/0-large.yaml`, 4_194_305);
  symlinkSync("/etc/passwd", `${folder}/1-link.yaml`);
  mkdirSync(`${folder}/2-folder.yaml`);
  writeFileSync(`${folder}/3-bytes.yaml`, Buffer.from([0xff, 0xfe]));
  drop("4-bad.yaml", "bad");
  drop("5-refused.yaml", "refuse");
  const own = spool();
  await own.look();
  expect(causes()).toEqual(["too_large", "no_file", "no_file", "unreadable", "invalid", "refused"]);
  expect(submitted.map(({ text }) => text)).toEqual(["bad", "refuse"]);
  expect(left()).toEqual(
    ["0-large", "1-link", "2-folder", "3-bytes", "4-bad", "5-refused"].map((name) => `${name}.yaml.refused`),
  );
  expect(records[0]).toEqual({
    kind: "noticed",
    core: { kind: "spool", uid, cause: "too_large" },
    payload: { name: "0-large.yaml" },
  });
  await own.look();
  expect(records).toHaveLength(6);
});

test("Spool takes no file of another owner, nor a hard link to one (skipped unless root: only root gives files away)", async (context) => {
  if (uid !== 0) return context.skip("only root gives files away");
  drop("theirs.yaml");
  chownSync(`${folder}/theirs.yaml`, 65_534, 65_534);
  writeFileSync(`${folder}/.kept`, "task: x\n");
  chownSync(`${folder}/.kept`, 65_534, 65_534);
  linkSync(`${folder}/.kept`, `${folder}/linked.yaml`);
  await spool().look();
  expect([causes(), submitted]).toEqual([["other_owner", "other_owner"], []]);
});

test("Spool submits nothing of a file that was changed for another between two looks at it", async () => {
  drop("a.yaml", "first");
  const read: SpoolParts["read"] = async (path, max) => {
    // Written again while it is being read: longer than what was looked at.
    writeFileSync(path, "first and more");
    return readContent(path, max);
  };
  await spool({ read }).look();
  expect([causes(), submitted]).toEqual([["unreadable"], []]);
});

test("Spool takes only whole files of a writer that renames them into place, each exactly once, however they race", async () => {
  const own = spool();
  const wanted = Array.from({ length: 150 }, (_, index) => `whole-${index}`);
  const looks: Promise<void>[] = [];
  for (const [index, text] of wanted.entries()) {
    drop(".part", text.slice(0, 3));
    if (index % 3 === 0) looks.push(own.look());
    drop(".part", text);
    renameSync(`${folder}/.part`, `${folder}/${index}.yaml`);
    if (index % 5 === 0) await own.look();
  }
  await Promise.all(looks);
  while (left().length > 0) await own.look();
  expect(submitted.map(({ text }) => text).toSorted()).toEqual(wanted.toSorted());
});

test("Spool keeps what the ledger could not take, and submits it later", async () => {
  drop("a.yaml", "kept");
  const broken = new WritError("WRIT_LEDGER_UNWRITABLE", "disk full", { hint: "" });
  await spool({ submit: () => Promise.reject(broken) }).look();
  drop("b.yaml", "bad");
  await spool({ record: () => Promise.reject(broken) }).look();
  expect(submitted.map(({ text }) => text)).toEqual(["kept", "bad"]);
  // Refused, and that could not be recorded: the next governor does.
  expect(left()).toEqual(["b.yaml.taken"]);
});

test("Spool submits nothing again that an earlier governor was submitting when it died, and says so", async () => {
  drop("a.yaml.taken", "maybe");
  const own = spool();
  await own.open();
  await own.look();
  await own.close();
  expect([causes(), submitted, left()]).toEqual([["interrupted"], [], ["a.yaml.refused"]]);
});

test("Spool takes a name that has no room for an ending, and after its close nothing", async () => {
  const long = `${"n".repeat(250)}.yaml`;
  drop(long, "long");
  const own = spool();
  await own.look();
  expect([submitted.map(({ text }) => text), left()]).toEqual([["long"], []]);
  drop("late.yaml");
  await own.close();
  await own.look();
  expect([submitted.length, left()]).toEqual([1, ["late.yaml"]]);
});
