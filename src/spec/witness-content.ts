// Whether a spec permits what a described request holds: protected files, and what detectors find. Raw connections are
// not its matter: nobody looks into them.
import type { Control, Detectors, Privacy } from "./spec.ts";
import type { WitnessCall, WitnessFound } from "./witness.ts";

/**
 * Whether `privacy` lets the content of `call` pass to an endpoint of class `control`. Protected files hold everywhere,
 * detectors only where the endpoint is not `owned`. A passage of several lines holds values as well, a value is no passage.
 */
export function contentPermits(privacy: Privacy, control: Control, call: WitnessCall): boolean {
  const keeps = privacy.protected.some(
    ({ file, as }) => call.passages.includes(file) || (as === "values" && call.sends.includes(file)),
  );
  if (keeps) return false;
  return control === "owned" || privacy.detectors === null || findsPermit(privacy.detectors, call.found);
}

function findsPermit(detectors: Detectors, { credential, opaque, personal, novel }: WitnessFound): boolean {
  const { known_harmless } = detectors;
  const passes = (fingerprint: string | null, does: "refuse" | "count") =>
    fingerprint === null || does === "count" || known_harmless.includes(fingerprint);
  return (
    passes(credential, detectors.credentials) &&
    passes(opaque, detectors.opaque) &&
    (personal === null || personal.count <= (detectors.personal[personal.group] ?? personal.count)) &&
    novel <= (detectors.novel_max ?? novel)
  );
}
