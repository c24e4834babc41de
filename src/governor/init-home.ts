// What `writ init` does: takes the spec that is named, or fits the example spec to this machine, and makes the home.
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { homedir, userInfo } from "node:os";
import { dirname } from "node:path";
import { openLimits } from "../enforce/limits/open-limits.ts";
import { observeCpu } from "../facts/cpu.ts";
import { observeHeat } from "../facts/heat/observe-heat.ts";
import { observeMemory } from "../facts/memory.ts";
import { MACHINE } from "../facts/observed-roots.ts";
import { observePressure } from "../facts/pressure.ts";
import { escapeUntrusted } from "../stdx/escape.ts";
import { WritError } from "../stdx/writ-error.ts";
import { type CreatedHome, createHome } from "./create-home.ts";
import { type FittedSpec, fitSpec, type Machine } from "./fit-spec.ts";

export interface InitOptions {
  /** Absolute. */
  readonly path: string;
  /** The operator's own spec; null: the example, fitted. */
  readonly spec: { readonly bytes: Uint8Array; readonly source: string } | null;
  /** A home for play: grants lie below `root`, which also stands for the home folder, and the stand-in provider is kept. */
  readonly throw_away?: { readonly root: string };
}

export interface InitResult extends CreatedHome {
  /** What was fitted and why, one line each; empty for the operator's own spec. */
  readonly chosen: readonly string[];
}

/** The spec that is fitted, part of the package. */
const EXAMPLE: URL = new URL("../../examples/governance.yaml", import.meta.url);

/** Makes a home. Throws as `createHome`; WRIT_HOME_UNSAFE when this user has no home folder that a spec can name. */
export async function initHome(options: InitOptions): Promise<InitResult> {
  const { path, spec } = options;
  const throw_away = options.throw_away ?? null;
  if (spec !== null) return { ...(await createHome({ path, spec, throw_away })), chosen: [] };
  const fitted = await fitExample(options);
  const created = await createHome({
    path,
    spec: { bytes: new TextEncoder().encode(fitted.text), source: "the fitted example spec" },
    throw_away,
  });
  return { ...created, chosen: fitted.chosen };
}

async function fitExample(options: InitOptions): Promise<FittedSpec> {
  const user = submitter();
  const machine: Machine = {
    ...observeMemory(MACHINE),
    cpu: observeCpu(MACHINE),
    heat_measurable: observeHeat(MACHINE).state === "measured",
    pressure_measurable: observePressure(MACHINE) !== null,
    limits: await limitsTier(),
    user: { name: principalName(user.username), uid: user.uid },
    folder: options.throw_away?.root ?? homeFolder(user.homedir),
    stand_in_url: options.throw_away === undefined ? null : await freeLoopbackUrl(),
  };
  return fitSpec(readFileSync(EXAMPLE, "utf8"), machine);
}

// What holds is found by exceeding it, as the governor will at its start.
async function limitsTier(): Promise<"cgroup" | "soft"> {
  if (process.platform !== "linux") return "soft";
  try {
    return (await openLimits({ tier: "cgroup", root: "/sys/fs/cgroup", name: "init" })).tier;
  } catch (error) {
    if (error instanceof WritError) return "soft";
    throw error;
  }
}

// A uid that no account has (a container's, say) still is somebody: the kernel knows the uid, the environment the folder.
function submitter(): { readonly username: string; readonly uid: number; readonly homedir: string } {
  try {
    return userInfo();
  } catch {
    return { username: "operator", uid: process.getuid?.() ?? -1, homedir: homedir() };
  }
}

// A user's name is any text; a principal's is an identifier of the language.
function principalName(user: string): string {
  const name = user.toLowerCase().replaceAll(/[^a-z0-9_-]/g, "-");
  return /^[a-z]/.test(name) ? name.slice(0, 32) : "operator";
}

function homeFolder(folder: string): string {
  if (folder.startsWith("/") && folder !== "/") return folder.replace(/\/+$/, "");
  throw new WritError("WRIT_HOME_UNSAFE", `this user's home folder is \`${escapeUntrusted(folder)}\``, {
    hint: `writ init --spec FILE  # a spec of your own, whose sources name real folders (example: ${dirname(EXAMPLE.pathname)})`,
  });
}

// The kernel picks a free port; the provider takes it when it comes up.
async function freeLoopbackUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return `http://127.0.0.1:${port}`;
}
