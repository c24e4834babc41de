// Runs one task under a writ made here, with the real executor, limits and sandbox, as the calling user. For tests and
// the program test/fixtures/confined-run.ts. It stands in for the governor: it observes the grants and signs.
import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { lstatSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename } from "node:path";
import type {
  GrantedCall,
  GrantedFile,
  GrantedModel,
  GrantedOpaque,
  GrantedPath,
  GrantedSecret,
  Grants,
} from "../../src/decide/decision.ts";
import type { Executor } from "../../src/enforce/execution.ts";
import { openExecutor } from "../../src/enforce/executor.ts";
import { type Gate, startGate } from "../../src/enforce/gate/gate.ts";
import { openLimits } from "../../src/enforce/limits/open-limits.ts";
import type { ValuesPort } from "../../src/enforce/network-policy.ts";
import type { WritClaims } from "../../src/enforce/writ/claims.ts";
import { isWithin } from "../../src/names/path.ts";
import { toolchainParts } from "../../src/names/toolchain-parts.ts";
import { canonicalJson } from "../../src/stdx/canonical-json.ts";
import type { Json } from "../../src/stdx/json.ts";
import type { Task } from "../../src/task/task.ts";
import { groupName } from "../leftover-groups.ts";

/** What a test asks for; absent: nothing of it, or a small default. */
export interface Asked {
  readonly command: readonly string[];
  readonly directory: string;
  readonly reads?: readonly string[];
  readonly writes?: readonly string[];
  /** Default: what is there beside the executable, as the decision grants it. */
  readonly toolchain?: readonly string[];
  readonly masked?: readonly string[];
  readonly memory?: number;
  readonly processes?: number;
  readonly cpu?: number;
  readonly time?: number;
  readonly output?: number;
  readonly models?: readonly GrantedModel[];
  readonly provider?: { readonly name: string; readonly url: string };
  readonly calls?: readonly GrantedCall[];
  readonly opaque?: readonly GrantedOpaque[];
  readonly secrets?: readonly GrantedSecret[];
  readonly detectors?: Grants["detectors"];
  readonly records_network?: boolean;
  /** Put into the grants as the digest of the executable even where it would be left out. */
  readonly executable?: string;
}

export const PRINCIPAL = "tester";
export const NODE = "node-of-test";
export const BOOT = "boot-of-test";
export const INSTANCE = "instance-of-test";
const MEBIBYTE = 1_048_576;

/** Milliseconds since the kernel booted. */
export function bootClock(): number {
  return Math.round(Number(readFileSync("/proc/uptime", "latin1").split(" ")[0]) * 1000);
}

export function taskOf(asked: Asked): Task {
  return {
    task: "test",
    principal: null,
    intent: "",
    run: { command: asked.command },
    directory: asked.directory,
    needs: {
      models: [],
      calls: [],
      secrets: [],
      reads: asked.reads ?? [],
      writes: asked.writes ?? [],
      reads_directory: false,
      records_network: false,
      submits: 0,
      provider: asked.provider?.name ?? null,
      memory: asked.memory ?? null,
      cpu: asked.cpu ?? null,
      time: asked.time ?? null,
      processes: asked.processes ?? null,
      tokens: null,
      money: null,
    },
    requires: { residency: null, latency: null, bytes_out: null },
    prefer: { latency: null },
  };
}

/** Observes what is there now, as the room `facts/` does, and grants it. */
export function grantsOf(asked: Asked): Grants {
  const executable = asked.executable ?? findProgram(asked.command[0] ?? "", asked.directory);
  const files = asked.command.slice(1).filter((word) => word.startsWith("/") && isFile(word));
  return {
    command: asked.command,
    executable: granted(executable, Number.MAX_SAFE_INTEGER),
    arguments: files.map((file) => granted(file)),
    directory: realpathSync(asked.directory),
    reads: (asked.reads ?? []).map((path) => grantedPath(path)),
    writes: (asked.writes ?? []).map((path) => grantedPath(path)),
    toolchain: asked.toolchain?.map((path) => grantedPath(path)) ?? toolchainOf(executable, asked),
    masked: asked.masked ?? [],
    label: "internal",
    memory: asked.memory ?? 256 * MEBIBYTE,
    cpu: asked.cpu ?? 1000,
    processes: asked.processes ?? 64,
    time: asked.time ?? 30_000,
    output: asked.output ?? MEBIBYTE,
    models: asked.models ?? [],
    provider: asked.provider ?? null,
    calls: asked.calls ?? [],
    opaque: asked.opaque ?? [],
    secrets: asked.secrets ?? [],
    detectors: asked.detectors ?? null,
    records_network: asked.records_network ?? false,
    submits: 0,
  };
}

/** Whom the tasks of the bench run as that was opened last; nobody (65534) where root has opened none. */
let runsAs: number = process.geteuid?.() || 65_534;

export function claimsOf(task: Task, grants: Grants, fence: number): WritClaims {
  return {
    v: 1,
    jti: `writ-${fence}`,
    node: NODE,
    boot: BOOT,
    instance: INSTANCE,
    principal: PRINCIPAL,
    uid: runsAs,
    spec_hash: "0".repeat(64),
    task_digest: createHash("sha256")
      .update(canonicalJson(task as unknown as Json))
      .digest("hex"),
    decision: fence,
    fence,
    parent: null,
    expires_at: Math.floor(bootClock()) + 60_000,
    grants,
  };
}

/** A JWS assembled by hand (RFC 7515), so that a test does not depend on the signer it tests against. */
export function signed(
  claims: unknown,
  key: KeyObject,
  header: unknown = { alg: "EdDSA", typ: "writ+jwt" },
): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${sign(null, Buffer.from(input), key).toString("base64url")}`;
}

export interface Bench {
  readonly executor: Executor;
  readonly gate: Gate;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  close(): Promise<void>;
}

/** What every secret is worth here, and what may never leave. */
export const SECRET_VALUE = "secret-value-of-test-0123456789";
export const PROTECTED_VALUE = "protected-value-of-test-9876543210";

const values: ValuesPort = ({ secrets }) =>
  Promise.resolve({
    secrets: new Map(secrets.map((name) => [name, SECRET_VALUE])),
    protected: [{ name: "of test", value: PROTECTED_VALUE }],
    documents: [],
    enrolled: null,
  });

/** An executor with the limits and the gate of this machine. */
export async function openBench(runFolder: string, taskUid: number | null): Promise<Bench> {
  runsAs = taskUid ?? runsAs;
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const limits = await openLimits({ tier: "best", root: "/sys/fs/cgroup", name: groupName(runFolder) });
  const gate = startGate({ onDeath: () => undefined });
  const place = { publicKey, node: NODE, boot: BOOT, instance: INSTANCE, bootClock };
  const executor = await openExecutor({ ...place, runFolder, limits, gate, values, taskUid });
  const close = async (): Promise<void> => {
    await executor.close();
    await gate.close();
  };
  return { executor, gate, publicKey, privateKey, close };
}

/** A runtime is over 100 MiB: read once as long as it is the same. */
const digests = new Map<string, string>();

function granted(path: string, most: number = 64 * MEBIBYTE): GrantedFile {
  const stat = statSync(path, { bigint: true });
  if (stat.size > BigInt(most)) return { ...grantedPath(path), sha256: null };
  const key = [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(":");
  const large = stat.size > BigInt(64 * MEBIBYTE);
  const sha256 =
    (large ? digests.get(key) : undefined) ?? createHash("sha256").update(readFileSync(path)).digest("hex");
  if (large) digests.set(key, sha256);
  return { ...grantedPath(path), sha256 };
}

function grantedPath(path: string): GrantedPath {
  const real = realpathSync(path);
  const stat = statSync(real, { bigint: true });
  const kind = stat.isDirectory() ? "directory" : "file";
  return { path: real, kind, device: stat.dev.toString(), inode: stat.ino.toString() };
}

/** As the decision grants it: what is there of the installation, unless a declared path shows the program already. */
function toolchainOf(executable: string, { reads = [], writes = [] }: Asked): readonly GrantedPath[] {
  const declared = [...reads, ...writes].map((path) => realpathSync(path));
  const covered = (path: string): boolean => declared.some((grant) => isWithin(grant, path));
  if (covered(executable)) return [];
  const there = toolchainParts(executable).filter(({ path, kind }) => {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    return (kind === "file" ? stat?.isFile() : stat?.isDirectory()) === true && !covered(path);
  });
  return there.map(({ path }) => grantedPath(path));
}

function findProgram(name: string, directory: string): string {
  if (name.includes("/")) return realpathSync(name.startsWith("/") ? name : `${directory}/${name}`);
  if (name === basename(process.execPath)) return realpathSync(process.execPath);
  const folder = ["/usr/local/bin", "/usr/bin", "/bin"].find((one) => isFile(`${one}/${name}`));
  return realpathSync(`${folder ?? "/nowhere"}/${name}`);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
