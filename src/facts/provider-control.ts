// Who controls a provider on this machine: `node` when it provably cannot reach the network, else `unknown`. Loopback alone
// proves nothing: a relay on 127.0.0.1 is whatever it forwards to.
import { join } from "node:path";
import type { ProviderFact } from "../decide/facts.ts";
import { loopbackTarget } from "./ask-provider.ts";
import { listeningProcesses } from "./listening-process.ts";
import { type Roots, readKernelFile } from "./observed-roots.ts";
import type { RunCommand } from "./run-command.ts";

/** A control class and why, in one line; `unit`: the systemd unit that a drop-in could prove. */
export interface ProviderControl {
  readonly control: ProviderFact["control"];
  readonly evidence: string;
  readonly unit: string | null;
}

/**
 * The control class of the server at `url`. `node` when every process that listens there is in a control group of a
 * running system unit whose loaded settings deny all addresses but loopback, in the unified hierarchy, where systemd
 * enforces that (systemd.resource-control(5), IPAddressDeny=).
 *
 * What it does not prove: that no other process on this machine forwards for it over loopback or a Unix socket.
 */
export async function providerControl(url: string, roots: Roots, run: RunCommand): Promise<ProviderControl> {
  const target = loopbackTarget(url);
  if (target === null) return unknown("its url is not on this machine");
  const listeners = listeningProcesses(roots, target.address, target.port);
  if (!listeners.ok) return unknown(listeners.why);
  let proved: ProviderControl | null = null;
  for (const pid of listeners.pids) {
    proved = await processControl(pid, roots, run);
    if (proved.control !== "node") return proved;
  }
  return proved ?? unknown("no process listens there");
}

async function processControl(pid: number, roots: Roots, run: RunCommand): Promise<ProviderControl> {
  const groups = readKernelFile(join(roots.proc, String(pid), "cgroup")) ?? "";
  const unified = /^0::(\/.*)$/m.exec(groups)?.[1] ?? null;
  const named =
    unified !== null && unitOf(unified) !== null
      ? unified
      : (/^\d+:name=systemd:(\/.*)$/m.exec(groups)?.[1] ?? null);
  const unit = named === null ? null : unitOf(named);
  if (named === null || unit === null) return unknown(`process ${pid} is in no unit of its own`);
  if (/(?:^|\/)user@\d+\.service(?:\/|$)/.test(named)) {
    return unknown(`${unit} is a user's unit, which cannot deny addresses`);
  }
  // Without the unified hierarchy systemd loads the setting and does not enforce it.
  if (unified === null || unitOf(unified) !== unit)
    return { ...unknown("control groups are not unified here"), unit };
  return await unitControl(unit, unified, run);
}

/** The unit of a control group path: its last `.service` or `.scope`, escapes (systemd.unit(5)) included. */
function unitOf(path: string): string | null {
  const parts = path.split("/").filter((part) => /^[A-Za-z0-9:_.\\@-]{1,255}\.(?:service|scope)$/.test(part));
  const last = parts.at(-1) ?? null;
  return last === null || last.startsWith("-") ? null : last;
}

const PROPERTIES = [
  "ActiveState",
  "ControlGroup",
  "IPAddressAllow",
  "IPAddressDeny",
  "NeedDaemonReload",
] as const;

async function unitControl(unit: string, group: string, run: RunCommand): Promise<ProviderControl> {
  const args = ["show", unit, "--no-pager", ...PROPERTIES.map((name) => `--property=${name}`)];
  const output = await run("/usr/bin/systemctl", args);
  if (output === null) return { ...unknown(`systemctl does not tell of ${unit}`), unit };
  const shown = new Map<string, string>();
  for (const line of output.split("\n")) {
    const split = line.indexOf("=");
    if (split > 0) shown.set(line.slice(0, split), line.slice(split + 1).trim());
  }
  const problem = unitProblem(shown, group);
  if (problem !== null) return { ...unknown(`${unit} ${problem}`), unit };
  return { control: "node", evidence: `${unit} denies all addresses but loopback`, unit };
}

/** Why the unit's settings do not prove it, or null. */
function unitProblem(shown: ReadonlyMap<string, string>, group: string): string | null {
  const own = shown.get("ControlGroup") ?? "";
  if (shown.get("ActiveState") !== "active") return "is not active";
  if (own === "" || own === "/" || (group !== own && !group.startsWith(`${own}/`)))
    return "has another control group";
  if (shown.get("NeedDaemonReload") !== "no") return "was edited and not reloaded";
  const denied = addresses(shown.get("IPAddressDeny"));
  const all = denied.includes("any") || (denied.includes("0.0.0.0/0") && denied.includes("::/0"));
  if (!all) return "does not deny all addresses";
  const outward = addresses(shown.get("IPAddressAllow")).find((prefix) => !isLoopback(prefix));
  return outward === undefined ? null : "allows addresses beyond loopback";
}

function addresses(value: string | undefined): readonly string[] {
  return (value ?? "").split(/\s+/).filter((prefix) => prefix !== "");
}

function isLoopback(prefix: string): boolean {
  if (prefix === "localhost" || prefix === "::1/128") return true;
  const length = /^127(?:\.\d{1,3}){3}\/(\d{1,2})$/.exec(prefix)?.[1];
  return length !== undefined && Number(length) >= 8 && Number(length) <= 32;
}

function unknown(evidence: string): ProviderControl {
  return { control: "unknown", evidence, unit: null };
}

/**
 * The systemd drop-in that makes a provider's unit provable, and how to install it: what `writ doctor` prints.
 *
 * @example doctorDropIn("ollama.service").path === "/etc/systemd/system/ollama.service.d/writ.conf"
 */
export function doctorDropIn(unit: string): {
  readonly path: string;
  readonly text: string;
  readonly apply: string;
} {
  return {
    path: `/etc/systemd/system/${unit}.d/writ.conf`,
    text: "[Service]\nIPAddressDeny=any\nIPAddressAllow=localhost\n",
    apply: `systemctl daemon-reload && systemctl restart ${unit}`,
  };
}
