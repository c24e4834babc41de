// P2, no override: everything a caller can say or set is in the table of influences.ts with exactly one class, and each
// class is proved on a corpus of refused tasks, with real processes. Not the wire's hostile frames (src/governor).
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Governor, TaskInput } from "../../src/governor/governor.ts";
import { openGovernor } from "../../src/governor/open-governor.ts";
import { specSchema } from "../../src/spec/spec-schema.ts";
import { leaves } from "../../src/stdx/schema/leaves.ts";
import { WritError } from "../../src/stdx/writ-error.ts";
import { taskSchema } from "../../src/task/task-schema.ts";
import { isDeep } from "../depth.ts";
import { packageBuild } from "../package-place.ts";
import { endGovernor, endPlace, makeHomePlace, type Place, shell, start, WRIT, writ } from "./cli-process.ts";
import { listCommands } from "./command-tree.ts";
import { environmentRead } from "./environment-read.ts";
import { hostile, hostileFolder, hostileTraces } from "./hostile-environment.ts";
import { ARGUMENTS, FLAGS, flagged, VARIABLES } from "./influences.ts";
import { EVERY_FIELD_TASK, SPEC_FIELDS, TASK_FIELDS } from "./influences-languages.ts";
import {
  CORPUS,
  decisionFrom,
  documentOf,
  fileInput,
  inTurns,
  looserSpec,
  REFUSED,
  recordsFrom,
  withoutSequence,
} from "./refusals.ts";

/** For tests of a hundred processes on a busy machine. */
const PATIENCE_MS = isDeep ? 3_600_000 : 300_000;

/** Of the corpus, what the variables are tried on: a process under them all loads everything anew. */
const SOME = isDeep ? REFUSED : REFUSED.filter((_, at) => at % 3 === 0);
const OTHERS = isDeep ? REFUSED : REFUSED.filter((_, at) => at % 3 === 1);

let place: Place;
let looser: string;
let governor: Governor;
/** Each refused task's document of `check --format json`, without the sequence number. */
const baseline = new Map<string, string>();

beforeAll(async () => {
  place = await makeHomePlace();
  looser = `${place.root}/xdg/writ`;
  mkdirSync(`${place.root}/xdg`);
  writeFileSync(`${place.root}/looser.yaml`, looserSpec(place.work));
  const made = await writ(place, ["init", "--home", looser, "--spec", `${place.root}/looser.yaml`]);
  expect(made.stderr).toBe("");
  for (const file of REFUSED) writeFileSync(`${place.work}/${file}`, readFileSync(`${CORPUS}/${file}`));
  await inTurns(REFUSED, async (file) => {
    baseline.set(file, withoutSequence(await writ(place, ["check", "--format", "json", file])));
  });
  governor = await openGovernor({ home: place.home, build: packageBuild() });
}, PATIENCE_MS);
afterAll(async () => {
  await governor.close();
  await endPlace(place, [place.home, looser]);
});

describe("P2: the table names everything there is, once", () => {
  it("every flag of every command", () => {
    const known = ["--help", "--help-all", "--version"];
    const flags = new Set([...known, ...listCommands().flatMap((command) => command.flags)]);
    expect(Object.keys(FLAGS).sort()).toEqual([...flags].sort());
  });

  it("every positional argument of every command", () => {
    const positional = listCommands().flatMap(({ path, positional }) =>
      positional.map((name) => [...path, name].join(" ")),
    );
    expect(Object.keys(ARGUMENTS).sort()).toEqual(positional.sort());
  });

  it("every environment variable that the code or its packages read", () => {
    const { names, whole } = environmentRead();
    const byCode = Object.keys(VARIABLES).filter((name) => VARIABLES[name]?.read_by === "code");
    expect(byCode.sort()).toEqual(names);
    // Whoever held the whole environment could read any name of it.
    expect(whole).toEqual(["src/cli/main.ts"]);
  });

  it("every field of the spec language", () => {
    expect(Object.keys(SPEC_FIELDS).sort()).toEqual(
      leaves(specSchema)
        .map(({ path }) => path)
        .sort(),
    );
  });

  it("every field of the task language", () => {
    expect(Object.keys(TASK_FIELDS).sort()).toEqual(
      leaves(taskSchema("/"))
        .map(({ path }) => path)
        .sort(),
    );
  });
});

describe("P2: the corpus", { timeout: PATIENCE_MS }, () => {
  it("is refused, each task for the cause in its name, and none of it runs", async () => {
    expect(REFUSED.length).toBeGreaterThanOrEqual(12);
    const causes = new Set<string>();
    for (const file of REFUSED) {
      const named = (
        /^# (\w+),/.exec(readFileSync(`${CORPUS}/${file}`, "utf8"))?.[1] ?? file.replace(".yaml", "")
      ).replaceAll("-", "_");
      const { decision } = documentOf(baseline.get(file) ?? "");
      expect([file, decision.outcome]).toEqual([file, "refuse"]);
      expect([file, ...decision.findings.map(({ cause }) => cause)]).toContain(named);
      causes.add(named);
    }
    expect(causes.size).toBeGreaterThanOrEqual(12);
    await inTurns(REFUSED, async (file) => {
      expect([file, (await writ(place, ["run", file])).code]).toEqual([file, 126]);
    });
    expect(ran()).toBe(false);
  });

  it("would have shown a run: an admitted task leaves the marker", async () => {
    const command = ["sh", "-c", "echo ran > out/marker"];
    expect(await writ(place, ["run", "--write", "out", "--", ...command])).toMatchObject({
      code: 0,
      stderr: "",
    });
    expect(ran()).toBe(true);
    rmSync(`${place.work}/out/marker`);
  });
});

describe("P2: task content makes another task", () => {
  const command = ["--", "sh", "-c", "echo ran > out/marker"];
  const given = Object.keys(FLAGS).filter((flag) => FLAGS[flag]?.class === "task content");

  let base: ReturnType<typeof documentOf>;
  beforeAll(async () => {
    base = documentOf(withoutSequence(await writ(place, ["check", "--format", "json", ...command])));
  });

  it.each(given)("flag %s changes the digest", async (flag) => {
    const changed = documentOf(
      withoutSequence(await writ(place, ["check", "--format", "json", ...flagged(flag), ...command])),
    );
    expect(changed.decision.task_digest).not.toBe(base.decision.task_digest);
  });

  it("the working directory and each word of the command change the digest", async () => {
    const documents = await Promise.all([
      writ(place, ["check", "--format", "json", ...command]),
      writ(place, ["check", "--format", "json", ...command, "--force"]),
      writ(place, ["check", "--format", "json", ...command], { cwd: `${place.work}/mail` }),
    ]);
    expect(new Set(documents.map((ran) => documentOf(withoutSequence(ran)).decision.task_digest)).size).toBe(
      3,
    );
  });

  it.each(Object.keys(TASK_FIELDS))("field %s changes the digest", async (path) => {
    const { decision: base } = await governor.decide(inputOf(EVERY_FIELD_TASK));
    const { decision } = await governor.decide(inputOf(changed(EVERY_FIELD_TASK, path, TASK_FIELDS[path])));
    expect(base.outcome).toBe("refuse");
    expect(decision.outcome).toBe("refuse");
    expect(decision.task_digest).not.toBe(base.task_digest);
    // P6: words are another task, and measured exactly the same.
    if (path === "task" || path === "intent") expect(decision.findings).toEqual(base.findings);
  });
});

describe("P2: a locator finds a home, and that home's spec alone decides", () => {
  const task = "memory-over-limit.yaml";
  const ways: readonly (readonly [
    string,
    (root: string) => { args: readonly string[]; env: Record<string, string> },
  ])[] = [
    ["--home", (root) => ({ args: ["--home", `${root}/xdg/writ`], env: {} })],
    ["WRIT_HOME", (root) => ({ args: [], env: { WRIT_HOME: `${root}/xdg/writ` } })],
    ["XDG_STATE_HOME", (root) => ({ args: [], env: { WRIT_HOME: "", XDG_STATE_HOME: `${root}/xdg` } })],
    ["HOME", (root) => ({ args: [], env: { WRIT_HOME: "", HOME: `${root}/me` } })],
  ];

  it.each(ways)("%s", async (_name, way) => {
    mkdirSync(`${place.root}/me/.local`, { recursive: true });
    if (!existsSync(`${place.root}/me/.local/state`))
      symlinkSync(`${place.root}/xdg`, `${place.root}/me/.local/state`);
    const { args, env } = way(place.root);
    const first = await governor.status();
    const there = documentOf(
      withoutSequence(await writ(place, ["check", "--format", "json", ...args, task], { env })),
    );
    expect(there.decision.outcome).toBe("admit");
    expect(there.decision.spec_hash).not.toBe(first.spec_hash);
    // The first home has not heard of it, decides as before, and a run there runs nothing.
    expect(await recordsFrom(place, first.records)).toEqual([]);
    const here = await writ(place, ["run", "--home", place.home, task], { env });
    expect(here.code).toBe(126);
    expect(ran()).toBe(false);
    expect((await writ(place, ["run", ...args, task], { env })).code).toBe(0);
    expect(ran()).toBe(true);
    rmSync(`${place.work}/out/marker`);
  });

  it("--spec of `init` names the spec of a new home, and leaves a home alone", async () => {
    const before = await governor.status();
    const again = await writ(place, ["init", "--spec", `${place.root}/looser.yaml`]);
    expect([again.code, again.stderr]).toEqual([70, expect.stringContaining("there is a home at")]);
    expect((await governor.status()).spec_hash).toBe(before.spec_hash);
    expect((await writ(place, ["run", task])).code).toBe(126);
  });
});

describe("P2: presentation and process leave the decision's bytes alone", { timeout: PATIENCE_MS }, () => {
  const variables = Object.keys(VARIABLES).filter(
    (name) => VARIABLES[name]?.class === "presentation and process",
  );

  it(isDeep ? "each variable alone" : "variables, some at a time", async () => {
    const groups = isDeep
      ? variables.map((name) => [name])
      : Object.values(Object.groupBy(variables, (name) => variables.indexOf(name) % SOME.length));
    await inTurns([...groups.entries()], async ([at, names = []]) => {
      for (const task of isDeep ? REFUSED : [SOME[at] ?? ""]) {
        const ended = await writ(place, ["check", "--format", "json", task], { env: hostile(place, names) });
        expect([names, task, ended.code, withoutSequence(ended)]).toEqual([
          names,
          task,
          2,
          baseline.get(task),
        ]);
      }
    });
    expect(hostileTraces(place)).toEqual([]);
  });

  it("all together, with a governor that was started under them", async () => {
    const env = hostile(place, variables);
    await endGovernor(place.home);
    await inTurns(OTHERS, async (task) => {
      const ended = await writ(place, ["check", "--format", "json", task], { env });
      expect([task, ended.code, withoutSequence(ended)]).toEqual([task, 2, baseline.get(task)]);
    });
    await inTurns(OTHERS.slice(0, isDeep ? undefined : 3), async (task) => {
      expect([task, (await writ(place, ["run", task], { env })).code]).toEqual([task, 126]);
    });
    expect(hostileTraces(place)).toEqual([]);
    expect(ran()).toBe(false);
  });

  it("the traps would have been seen: without the shebang, NODE_OPTIONS loads its module", async () => {
    await start(place, [process.execPath, WRIT, "--version"], { env: hostile(place, ["NODE_OPTIONS"]) })
      .ended;
    expect(hostileTraces(place)).toEqual(["loaded"]);
    rmSync(`${hostileFolder(place)}/loaded`);
  });

  it.each(["--format", "--no-wait", "--status-fd"])("flag %s", async (flag) => {
    const task = "label-over-clearance.yaml";
    const { records } = await governor.status();
    const ended = await shell(place, `"$WRIT" run ${flagged(flag).join(" ")} ${task} 3>/dev/null`);
    expect(ended.code).toBe(126);
    expect(await decisionFrom(place, governor, records)).toEqual(
      documentOf(baseline.get(task) ?? "").decision,
    );
  });

  it.each(["--help", "--help-all", "--version", "--count", "--jsonl", "--class", "--all", "--until-empty"])(
    "flag %s decides and records nothing",
    async (flag) => {
      const before = await governor.status();
      const others: Readonly<Record<string, readonly string[]>> = {
        "--version": [flag],
        "--count": ["ledger", "tail", flag, "3"],
        "--jsonl": ["scan", flag],
        "--class": ["scan", flag, "opaque"],
        "--all": ["ps", flag],
        "--until-empty": ["serve", flag],
      };
      const words = others[flag] ?? ["run", flag];
      expect((await writ(place, words)).code).toBe(0);
      expect(await recordsFrom(place, before.records)).toEqual([]);
    },
  );

  it("standard input", async () => {
    const task = "memory-over-limit.yaml";
    const ended = await writ(place, ["check", "--format", "json", task], { input: "y\nyes\nadmit\n" });
    expect([ended.code, withoutSequence(ended)]).toEqual([2, baseline.get(task)]);
  });
});

describe("P2: spec content works only through adoption", () => {
  let inForce = "";
  beforeAll(() => {
    inForce = readFileSync(`${place.home}/governance.yaml`, "utf8");
  });
  afterEach(async () => {
    await governor.restore();
  });

  it.each(Object.keys(SPEC_FIELDS))(
    "field %s, edited in place, lets nothing run; adopted, nothing looser",
    async (path) => {
      const { from, to, adoption } = SPEC_FIELDS[path] ?? { from: "", to: "", adoption: "invalid" };
      const before = await governor.status();
      expect(inForce).toContain(from);
      const edited = inForce.replace(from, to);
      expect(edited).not.toBe(inForce);
      writeFileSync(`${place.home}/governance.yaml`, edited);
      const refused = REFUSED[Object.keys(SPEC_FIELDS).indexOf(path) % REFUSED.length] ?? "";
      expect(await codeOf(governor.check(fileInput(place, refused)))).toBe("WRIT_SPEC_EDITED");
      expect(await codeOf(governor.run(fileInput(place, refused), QUIET))).toBe("WRIT_SPEC_EDITED");
      expect(await adopting(edited)).toBe(adoption);
      if (adoption === "equal") inForce = edited;
      await governor.restore();
      const { decision } = await governor.check(fileInput(place, refused));
      expect(decision.outcome).toBe("refuse");
      const after = await governor.status();
      if (adoption !== "equal") expect(after.spec_hash).toBe(before.spec_hash);
      expect(ran()).toBe(false);
    },
  );

  it("a looser file in place ends `check` and `run` of the command line as documented", async () => {
    const file = `${place.home}/governance.yaml`;
    writeFileSync(file, looserSpec(place.work));
    for (const [command, code] of [
      ["check", 70],
      ["run", 125],
    ] as const) {
      const ended = await writ(place, [command, "memory-over-limit.yaml"]);
      expect(ended.code).toBe(code);
      expect(ended.stderr).toContain("is not the adopted spec");
    }
    const adopt = await writ(place, ["spec", "adopt", file]);
    expect(adopt.code).toBe(2);
    expect(adopt.stderr).toContain("looser: resources.memory.per_task_max");
    expect((await writ(place, ["spec", "restore"])).code).toBe(0);
    expect(ran()).toBe(false);
  });

  it("a link to a looser file is an edited file", async () => {
    const file = `${place.home}/governance.yaml`;
    rmSync(file);
    expect(await codeOf(governor.run(fileInput(place, "memory-over-limit.yaml"), QUIET))).toBe(
      "WRIT_SPEC_MISSING",
    );
    symlinkSync(`${place.root}/looser.yaml`, file);
    expect(await codeOf(governor.run(fileInput(place, "memory-over-limit.yaml"), QUIET))).toBe(
      "WRIT_SPEC_EDITED",
    );
    await governor.restore();
    expect(ran()).toBe(false);
  });
});

const QUIET = { wait: true, stdout: (): void => undefined, stderr: (): void => undefined };

function ran(): boolean {
  return existsSync(`${place.work}/out/marker`);
}

function inputOf(task: unknown): TaskInput {
  const text = JSON.stringify(task).replaceAll("WORK", place.work);
  return { text, source: "test", directory: place.work, format: "json" };
}

/** A copy of `value` with `to` at `path`; `[]` stands for the first entry of a list. */
function changed(value: unknown, path: string, to: unknown): unknown {
  const copy = structuredClone(value) as Record<string, unknown>;
  const steps = path.replaceAll("[]", ".0").split(".");
  let at: Record<string, unknown> = copy;
  for (const step of steps.slice(0, -1)) at = at[step] as Record<string, unknown>;
  const last = steps.at(-1) ?? "";
  expect(at).toHaveProperty(last);
  at[last] = to;
  return copy;
}

async function codeOf(answer: Promise<unknown>): Promise<string> {
  try {
    await answer;
    return "none";
  } catch (error) {
    if (error instanceof WritError) return error.code;
    throw error;
  }
}

async function adopting(text: string): Promise<string> {
  try {
    const { outcome } = await governor.adopt({ bytes: Buffer.from(text), source: "edited" });
    return outcome === "adopted" ? "equal" : outcome;
  } catch (error) {
    if (error instanceof WritError && error.code === "WRIT_SPEC_INVALID") return "invalid";
    throw error;
  }
}
