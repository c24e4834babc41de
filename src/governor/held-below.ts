// Which of a spec's files of values a home reads. Not what they hold (held-values.ts).
import { isWithin } from "../names/path.ts";
import type { HeldFiles } from "./held-values.ts";
import type { NodeFile } from "./node-file.ts";

/** Of a throw-away home only what lies below its root, where it can grant: it holds nobody's secrets. Of others all. */
export function heldBelow({ throw_away }: NodeFile): (spec: HeldFiles) => HeldFiles {
  if (throw_away === null) return (spec) => spec;
  const isBelow = ({ file }: { readonly file: string }): boolean => isWithin(throw_away.root, file);
  return ({ sovereignty, privacy }) => ({
    sovereignty: { secrets: sovereignty.secrets.filter(isBelow) },
    privacy: { protected: privacy.protected.filter(isBelow) },
  });
}
