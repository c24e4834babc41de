// Records of executions as a governor writes them, as far as they are measured: for tests of measurement without a node.
import type { MeasuredRecord } from "../src/measure/read-core.ts";

/** One task from its decision to its settlement. */
export interface Lived {
  readonly classId: string;
  readonly outcome?: "admit" | "refuse" | "defer";
  readonly causes?: readonly string[];
  readonly remedies?: readonly string[];
  readonly avoidable?: number;
  readonly margin?: number;
  /** Keyed hashes of hosts that it sent to. */
  readonly hosts?: readonly string[];
  /** Requests that the gate refused. */
  readonly refusedRequests?: number;
  readonly wall?: number;
  readonly memory?: number | null;
  readonly cause?: string;
}

/** Writes the records of lives, one after the other. */
export class RecordWriter {
  readonly records: MeasuredRecord[] = [];
  wall = Date.UTC(2026, 0, 1);

  add(kind: string, core: MeasuredRecord["core"]): number {
    const sequence = this.records.length;
    this.wall += 60_000;
    this.records.push({ kind, sequence, time: sequence, wall: new Date(this.wall).toISOString(), core });
    return sequence;
  }

  live(life: Lived): void {
    const { classId, outcome = "admit", causes = [], remedies = [], avoidable = 0, margin = 5000 } = life;
    const { hosts = [], refusedRequests = 0, wall = 50, memory = 2 ** 20, cause = "exited" } = life;
    const admitted = outcome === "admit";
    const decision = this.add("decision", {
      outcome,
      causes: [...causes],
      remedies: [...remedies],
      grants: admitted ? { memory: 2 ** 22, time: 1000 } : null,
      hold: admitted ? { id: "h", destinations: hosts.map((host) => ({ host, bytes_out: 1000 })) } : null,
      measured: { class: classId, external: hosts.length, avoidable, margin },
    });
    if (!admitted) return;
    for (const host of hosts)
      this.add("egress", {
        decision_sequence: decision,
        decision: "allow",
        host_hash: host,
        provider: null,
        findings: [],
      });
    for (let at = 0; at < refusedRequests; at += 1)
      this.add("egress", {
        decision_sequence: decision,
        decision: "refuse",
        host_hash: "x",
        provider: null,
        findings: [],
      });
    this.add("settlement", {
      decision,
      observation: {
        cause,
        wall,
        memory_peak: memory,
        external_requests: hosts.length,
        external_bytes_out: 500 * hosts.length,
      },
    });
  }
}
