// The published package: packed, installed by npm into an empty folder, and used there with an ordinary Node.js as somebody
// who has nothing of this repository would.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { endPlace, makePlace, type Place, type Ran, ROOT, shell } from "./cli-process.ts";
import { everyFieldSpec } from "./every-field-spec.ts";

let place: Place;
let app: string;

/** Runs a script in the installed package's folder. */
function there(script: string): Promise<Ran> {
  return shell(place, `cd ${app} && ${script}`, {
    env: { PATH: `${app}/node_modules/.bin:${place.env["PATH"] ?? ""}` },
  });
}

beforeAll(() => {
  place = makePlace();
  app = `${place.root}/app`;
  mkdirSync(app);
  writeFileSync(`${app}/package.json`, `{ "name": "app", "private": true, "type": "module" }\n`);
  writeFileSync(`${place.root}/spec.yaml`, everyFieldSpec(place.work));
  run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--omit=optional", packed()], app);
}, 300_000);
afterAll(async () => {
  await endPlace(place);
});

describe("the package", { timeout: 300_000 }, () => {
  it("holds JavaScript, its documents and no code of tests", () => {
    const files = readdirSync(`${app}/node_modules/writ`, { recursive: true, encoding: "utf8" });
    expect(files).toContain("dist/cli/main.js");
    expect(files).toContain("examples/governance.yaml");
    expect(files).toContain("LICENSE");
    expect(
      files.filter((file) => /^dist.*((?<!\.d)\.ts$|\.test\.|fixtures)|node_modules/.test(file)),
    ).toEqual([]);
  });

  it("makes a home, runs a task under a writ and verifies the ledger", async () => {
    expect(await there(`writ init --spec ${place.root}/spec.yaml >/dev/null`)).toMatchObject({
      code: 0,
      stderr: "",
    });
    mkdirSync(`${app}/job`);
    expect(await there("cd job && writ run -- echo ran")).toEqual({ code: 0, stdout: "ran\n", stderr: "" });
    const verified = await there("writ ledger verify");
    expect([verified.code, verified.stdout.split("\n")[0]]).toEqual([0, "the ledger holds: clean"]);
  });

  it("fits its own example to this machine", async () => {
    const made = await there(`writ init --home ${place.root}/fitted`);
    expect([made.code, made.stderr]).toEqual([0, ""]);
    expect(made.stdout).toContain("chosen  principals: ");
  });

  it("gives `openGovernor` to a program", async () => {
    const program = `import { openGovernor } from "writ";
      const governor = await openGovernor({ home: process.env.WRIT_HOME });
      const text = JSON.stringify({ task: "a", run: { command: ["sh"] } });
      const { decision } = await governor.check({ text, source: "a", directory: process.cwd() + "/job", format: "json" });
      const { records } = await governor.status();
      console.log(decision.outcome, records > 3);
      await governor.close();`;
    writeFileSync(`${app}/program.js`, program);
    expect(await there("node program.js")).toEqual({ code: 0, stdout: "admit true\n", stderr: "" });
  });

  it("gives the verifier alone as `writ/ledger`, without any dependency", async () => {
    // Alone in a folder: whatever it imported beyond Node itself would be missing.
    const alone = `${place.root}/alone/node_modules`;
    mkdirSync(alone, { recursive: true });
    cpSync(`${app}/node_modules/writ`, `${alone}/writ`, { recursive: true });
    writeFileSync(
      `${place.root}/alone/program.mjs`,
      `const ledger = await import("writ/ledger"); console.log(Object.keys(ledger).sort().join(" "));`,
    );
    const ended = await there(`node ${place.root}/alone/program.mjs`);
    expect([ended.code, ended.stderr]).toEqual([0, ""]);
    expect(ended.stdout.trim().split(" ")).toContain("verifyLedger");
  });
});

/** The tarball of what `npm publish` would send, built in a copy: a build in the repository would disturb what runs there. */
function packed(): string {
  const copy = `${place.root}/copy`;
  mkdirSync(copy);
  const { files } = JSON.parse(readFileSync(`${ROOT}/package.json`, "utf8")) as {
    readonly files: readonly string[];
  };
  const sources = ["src", "scripts", "package.json", "tsconfig.json"];
  for (const name of [...files.filter((file) => file !== "dist"), ...sources])
    cpSync(`${ROOT}/${name}`, `${copy}/${name}`, { recursive: true });
  symlinkSync(`${ROOT}/node_modules`, `${copy}/node_modules`);
  run([process.execPath, "scripts/build.ts"], copy);
  run(["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", place.root], copy);
  const tarball = readdirSync(place.root).find((name) => name.endsWith(".tgz"));
  return `${place.root}/${tarball ?? "none"}`;
}

function run(command: readonly string[], cwd: string): void {
  const [program = "", ...args] = command;
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: "utf8", timeout: 200_000 });
  if (status !== 0) throw new Error(`${command.join(" ")}: ${stdout}${stderr}`);
}
