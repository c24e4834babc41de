// Fits the example spec to a machine: memory, cores, sensors, pressure figures, tier, user and folders. Text in, text
// out, with every choice named; it reads nothing of the machine itself.
import { parseDocument } from "yaml";
import { formatQuantity } from "../stdx/units.ts";

/** What was found on the machine, and where the spec is to apply. */
export interface Machine {
  /** Bytes. */
  readonly memory_total: number;
  readonly memory_available: number;
  /** Thousandths of a core. */
  readonly cpu: number;
  readonly heat_measurable: boolean;
  readonly pressure_measurable: boolean;
  readonly limits: "cgroup" | "soft";
  readonly user: { readonly name: string; readonly uid: number };
  /** What stands for `/home/me` in the example. */
  readonly folder: string;
  /** Loopback URL of the stand-in provider; null: a home for work, which has none. */
  readonly stand_in_url: string | null;
}

export interface FittedSpec {
  readonly text: string;
  /** What was chosen and why, one line each. */
  readonly chosen: readonly string[];
}

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** The example spec `template` for `machine`. */
export function fitSpec(template: string, machine: Machine): FittedSpec {
  const document = parseDocument(template.replaceAll("/home/me", machine.folder));
  const chosen: string[] = [];
  const set = (path: readonly (string | number)[], value: unknown, why: string): void => {
    document.setIn(path, value);
    chosen.push(`${path.join(".")}: ${String(value)} (${why})`);
  };
  document.setIn(["principals", 0, "name"], machine.user.name);
  document.setIn(["principals", 0, "uid"], machine.user.uid);
  chosen.push(`principals: ${machine.user.name} with uid ${machine.user.uid} (whoever ran init)`);
  fitMemory(machine, set);
  set(["resources", "cpu", "per_task_max"], machine.cpu / 1000, `${machine.cpu / 1000} cores here`);
  const heat = machine.heat_measurable ? "refuse" : "cap";
  const heatWhy = machine.heat_measurable
    ? "a sensor was read"
    : "no sensor: one task at a time, half the cores, ten minutes";
  set(["resources", "heat", "unmeasurable"], heat, heatWhy);
  const pressure = machine.pressure_measurable ? "refuse" : "pass";
  set(
    ["resources", "pressure", "unmeasurable"],
    pressure,
    machine.pressure_measurable ? "the kernel has pressure figures" : "the kernel has none",
  );
  set(
    ["execution", "limits"],
    machine.limits,
    machine.limits === "cgroup" ? "cgroups held" : "no cgroup can be made here",
  );
  fitStandIn(document, machine.stand_in_url);
  return { text: document.toString({ lineWidth: 0 }), chosen };
}

function fitMemory(
  machine: Machine,
  set: (path: readonly string[], value: unknown, why: string) => void,
): void {
  const total = machine.memory_total;
  const reserve = Math.min(4 * GIB, Math.max(256 * MIB, floorTo(total / 8, 64 * MIB)));
  // A home for play shares the machine with whatever runs there already: it commits no more than is free now.
  const free = machine.stand_in_url === null ? total : machine.memory_available;
  const committed_percent = Math.min(80, Math.floor(((free * 0.8 + reserve) / total) * 100));
  const committed = (total * committed_percent) / 100 - reserve;
  // Two tasks of the largest size never fit together: one of them waits, and none takes the whole machine.
  const perTask = Math.max(64 * MIB, floorTo(committed * 0.6, 64 * MIB));
  const why = `${formatQuantity("bytes", floorTo(total, MIB))} of memory here`;
  set(["resources", "memory", "committed_max"], `${committed_percent} %`, why);
  set(["resources", "memory", "host_reserve"], formatQuantity("bytes", reserve), why);
  set(["resources", "memory", "per_task_max"], formatQuantity("bytes", perTask), why);
}

function fitStandIn(document: ReturnType<typeof parseDocument>, url: string | null): void {
  const providers = document.toJS() as {
    readonly sovereignty: { readonly providers: readonly { readonly name: string }[] };
  };
  const index = providers.sovereignty.providers.findIndex(({ name }) => name === "stand-in");
  if (index < 0) return;
  if (url === null) document.deleteIn(["sovereignty", "providers", index]);
  else document.setIn(["sovereignty", "providers", index, "url"], url);
}

function floorTo(value: number, step: number): number {
  return Math.floor(value / step) * step;
}
