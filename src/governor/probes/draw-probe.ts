// Which probe a draw of the schedule is: the kind, each as often as the others, and then its form. Sends nothing.
import { type DecisionProbe, decisionProbes } from "./decision-probes.ts";
import { type GateProbe, goodGateProbe, leakProbe, namesProbe, wayProbe } from "./gate-probes.ts";

export type DrawnProbe =
  | { readonly at: "decision"; readonly probe: DecisionProbe }
  | { readonly at: "gate"; readonly probe: GateProbe };

/** Kinds of probes: one of six is known good, and each bad family is one of the others. */
export const PROBE_KINDS = 6;

/** The probe that `draw`, any natural number, stands for. */
export function drawProbe(draw: number): DrawnProbe {
  const [kind, rest] = [draw % PROBE_KINDS, Math.floor(draw / PROBE_KINDS)];
  if (kind === 2) return { at: "gate", probe: namesProbe(rest) };
  if (kind === 3) return { at: "gate", probe: wayProbe(rest) };
  if (kind === 4) return { at: "gate", probe: leakProbe(rest) };
  const forms = decisionProbes(Math.floor(rest / 2));
  const decision = kind === 5 ? forms[2 + (rest % 2)] : forms[kind];
  if (decision === undefined || (kind === 5 && rest % 4 > 1))
    return { at: "gate", probe: goodGateProbe(rest) };
  return { at: "decision", probe: decision };
}
