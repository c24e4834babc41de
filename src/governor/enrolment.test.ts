// Enrolments of a live home: recorded before they count, kept to by its governor whatever becomes of the file, never undone.
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type EnrolledFiles, enrolFiles } from "./enrol-files.ts";
import { governorPids, type MadeHome, makeHome, taskOf } from "./fixtures/made-home.ts";
import type { Enrol, Governor } from "./governor.ts";
import { type HomePaths, homePaths } from "./home.ts";
import { listEnrolled } from "./list-enrolled.ts";
import { tailHome } from "./tail-home.ts";

let made: MadeHome;
let governor: Governor;
let paths: HomePaths;
beforeEach(async () => {
  made = await makeHome();
  governor = await made.open();
  paths = homePaths(made.home);
});
afterEach(async () => {
  await made.end();
});

function killGovernor(): void {
  for (const pid of governorPids(made.home)) process.kill(pid, "SIGKILL");
}

const value = (): string => randomBytes(18).toString("base64url");

function fileWith(name: string, ...values: readonly string[]): string {
  const file = `${made.work}/${name}`;
  writeFileSync(file, values.map((one, at) => `KEY_${at}=${one}\n`).join(""));
  return file;
}

const OPTIONS = { as: "values", name: null, column: null } as const;
const enrol = (file: string): Promise<EnrolledFiles> => enrolFiles(made.home, [file], OPTIONS, governor);

async function refuses(text: string): Promise<boolean> {
  const { decision } = await governor.check(taskOf(made, ["echo", text]));
  return decision.findings.some(({ cause }) => cause === "protected_in_task");
}

test("enrolFiles leaves a record of kinds, counts and keyed hashes, and no path, name or value in a core", async () => {
  const [one, two] = [value(), value()];
  const { files, sequence } = await enrol(fileWith("deploy-keys.env", one, two));
  expect(files).toMatchObject([{ taken: 2, known: 0 }]);
  const { records } = await tailHome(made.home, 1);
  const hex = (digits: number): unknown => expect.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`));
  expect(records).toMatchObject([
    {
      sequence,
      kind: "enrolled",
      core: {
        uid: process.geteuid?.(),
        before: null,
        index_hash: hex(64),
        files: [{ as: "values", count: 2, digest: hex(32), name_hash: hex(64), file_hash: hex(64) }],
      },
      payload_hash: hex(64),
    },
  ]);
  const core = JSON.stringify(records);
  for (const said of [one, two, "deploy-keys", made.work]) expect(core).not.toContain(said);
  expect(await listEnrolled(made.home)).toMatchObject([
    { name: "deploy-keys.env", count: 2, by: { uid: process.geteuid?.(), record: sequence } },
  ]);
});

test("what is enrolled counts for the next task, once, and again enrolled leaves no record", async () => {
  const one = value();
  expect(await refuses(one)).toBe(false);
  await enrol(fileWith("a.env", one));
  expect(await refuses(one)).toBe(true);
  const { records } = await governor.status();
  expect(await enrol(fileWith("a.env", one))).toMatchObject({
    sequence: null,
    files: [{ taken: 0, known: 1 }],
  });
  expect((await governor.status()).records).toBe(records);
});

test("P2 an index that is taken away, put back to an older one or exchanged with its key stops what is looked for it", async () => {
  const [one, two] = [value(), value()];
  await enrol(fileWith("a.env", one));
  copyFileSync(paths.protected_index, `${made.work}/older`);
  await enrol(fileWith("b.env", two));
  copyFileSync(paths.protected_index, `${made.work}/newer`);
  const put = (from: string | null): void => {
    rmSync(paths.protected_index, { force: true });
    if (from !== null) copyFileSync(`${made.work}/${from}`, paths.protected_index);
    if (from !== null) chmodSync(paths.protected_index, 0o600);
  };
  for (const from of [null, "older"]) {
    put(from);
    await expect(refuses(two)).rejects.toMatchObject({ code: "WRIT_HOME_UNSAFE" });
    await expect(enrol(fileWith("c.env", value()))).rejects.toMatchObject({ code: "WRIT_HOME_UNSAFE" });
    await expect(listEnrolled(made.home)).rejects.toMatchObject({ code: "WRIT_HOME_UNSAFE" });
    // A governor that starts anew keeps to it as well: the ledger is what says it.
    killGovernor();
    await expect(refuses(two)).rejects.toMatchObject({ code: "WRIT_HOME_UNSAFE" });
  }
  put("newer");
  expect([await refuses(one), await refuses(two)]).toEqual([true, true]);
});

test("a crash between the record and the file: the index that was recorded is put in its place", async () => {
  const [one, two] = [value(), value()];
  await enrol(fileWith("a.env", one));
  copyFileSync(paths.protected_index, `${made.work}/older`);
  await enrol(fileWith("b.env", two));
  renameSync(paths.protected_index, `${paths.protected_index}.next`);
  copyFileSync(`${made.work}/older`, paths.protected_index);
  chmodSync(paths.protected_index, 0o600);
  killGovernor();
  expect([await refuses(one), await refuses(two)]).toEqual([true, true]);
  expect(existsSync(`${paths.protected_index}.next`)).toBe(false);
});

test("enrol takes no index that was not asked for, lacks what was enrolled, or follows another", async () => {
  await enrol(fileWith("a.env", value()));
  const [index, before] = [readFileSync(paths.protected_index), (await governor.status()).records];
  const asked: Enrol[] = [];
  const only = { enrol: (request: Enrol) => (asked.push(request), Promise.reject(new Error("not asked"))) };
  await expect(enrolFiles(made.home, [fileWith("b.env", value())], OPTIONS, only)).rejects.toThrow(
    "not asked",
  );
  const [request] = asked;
  if (request === undefined) throw new Error("nothing was asked");
  const other = "0".repeat(64);
  for (const wrong of [{ index_hash: other }, { before: null }, { before: other }])
    await expect(governor.enrol({ ...request, ...wrong })).rejects.toMatchObject({
      code: "WRIT_HOME_UNSAFE",
    });
  expect((await governor.status()).records).toBe(before);
  expect(readFileSync(paths.protected_index).equals(index)).toBe(true);
});

test("remove refuses with what each name would let through, records it, and changes nothing", async () => {
  const [one, two] = [value(), value()];
  await enrol(fileWith("a.env", one, two));
  await expect(governor.remove(["b.env"])).rejects.toMatchObject({ code: "WRIT_USAGE" });
  expect(await governor.remove(["a.env"])).toMatchObject({
    looser: [{ name: "a.env", as: "values", count: 2 }],
  });
  const { records } = await tailHome(made.home, 1);
  expect(records).toMatchObject([
    { kind: "removal_refused", core: { looser: [{ as: "values", count: 2 }] } },
  ]);
  expect(JSON.stringify(records)).not.toContain("a.env");
  expect([await refuses(one), await refuses(two)]).toEqual([true, true]);
});
