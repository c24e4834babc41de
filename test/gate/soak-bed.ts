// Runs the tasks of the soak under writs, with a real executor, gate and sandbox in this process, and looks at what the
// processes hold.
import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { EgressEvent, LeftUse, Observation } from "../../src/enforce/execution.ts";
import type { Gate } from "../../src/enforce/gate/gate.ts";
import {
  type Asked,
  bootClock,
  claimsOf,
  grantsOf,
  openBench,
  signed,
  taskOf,
} from "../enforce/confined-run.ts";
import type { SoakOrder, SoakReport } from "./soak-client.ts";
import type { SoakUpstream } from "./soak-upstream.ts";

const NOBODY = 65_534;
const HOUR = 3_600_000;
/** ms: the most that a writ may live. */
const WRIT_LIFE = 300_000;

/** How one task of the soak ended. */
export interface SoakEnd {
  readonly observation: Observation;
  readonly report: SoakReport;
  readonly stderr: string;
  readonly events: readonly EgressEvent[];
  readonly left: LeftUse;
}

export interface SoakBed {
  readonly gate: Gate;
  /** Runs one task of `principal`; `onEvent` is told of each record as it comes. */
  run(principal: string, order: Omit<SoakOrder, "host" | "ports">, onEvent?: () => void): Promise<SoakEnd>;
  close(): Promise<void>;
}

export async function openSoakBed(upstream: SoakUpstream): Promise<SoakBed> {
  const folder = mkdtempSync(join(tmpdir(), "writ-soak-"));
  chmodSync(folder, 0o755);
  const program = join(folder, "client.ts");
  copyFileSync(fileURLToPath(new URL("soak-client.ts", import.meta.url)), program);
  chmodSync(program, 0o644);
  const bench = await openBench(join(folder, "run"), process.geteuid?.() === 0 ? NOBODY : null);
  let fence = 0;
  let starting: Promise<void> = Promise.resolve();
  return {
    gate: bench.gate,
    run: async (principal, order, onEvent = () => undefined) => {
      const { host, ports } = upstream;
      const asked: Asked = {
        command: ["node", program, JSON.stringify({ ...order, host, ports } satisfies SoakOrder)],
        directory: folder,
        reads: [program],
        time: HOUR,
        calls: upstream.calls(order.name),
      };
      const task = taskOf(asked);
      // Writs are spent in the order of their fences, so that starts wait for one another.
      const before = starting;
      const { promise, resolve: started } = Promise.withResolvers<void>();
      starting = promise;
      await before;
      fence += 1;
      const claims = {
        ...claimsOf(task, grantsOf(asked), fence),
        principal,
        expires_at: bootClock() + WRIT_LIFE,
      };
      const [out, err] = [[] as Buffer[], [] as Buffer[]];
      const events: EgressEvent[] = [];
      const execution = await bench.executor
        .start(signed(claims, bench.privateKey), task, {
          stdout: (chunk) => void out.push(Buffer.from(chunk)),
          stderr: (chunk) => void err.push(Buffer.from(chunk)),
          egress: (event) => {
            events.push(event);
            onEvent();
          },
        })
        .finally(started);
      void execution.stdin(null);
      const observation = await execution.ended;
      const said = Buffer.concat(out).toString();
      const report = said === "" ? [] : (JSON.parse(said) as SoakReport);
      return { observation, report, stderr: Buffer.concat(err).toString(), events, left: execution.left() };
    },
    close: async () => {
      await bench.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The most MiB of memory that a process ever had (VmHWM, proc_pid_status(5)). */
export function peakMemory(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  return Number(/^VmHWM:\s+(\d+) kB$/mu.exec(status)?.[1]) / 1024;
}

/** Sockets, pipes and namespaces that a process holds open. */
export function held(pid: number | "self"): number {
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return /^(?:socket|pipe|net|user):/u.test(readlinkSync(`/proc/${pid}/fd/${fd}`));
    } catch {
      return false; // The one by which the folder is read.
    }
  }).length;
}
