// Long runs that look random and have a structure that is checked: mappings of source maps, paths of drawings,
// certificates and public keys. Not shapes of single identifiers (known-shapes.ts).
import type { ScanBudget } from "../scan-budget.ts";
import type { Span } from "../view.ts";

/** The spans of such runs. */
export function structuredRuns(text: string, budget: ScanBudget): readonly Span[] {
  const found: Span[] = [];
  for (const { hint, run, holds } of STRUCTURES) {
    if (!hint.test(text)) continue;
    budget.spend(text.length);
    run.lastIndex = 0;
    for (let match = run.exec(text); match !== null; match = run.exec(text)) {
      if (holds(match[0])) found.push({ start: match.index, end: match.index + match[0].length });
    }
  }
  return found;
}

interface Structure {
  /** What a text has that may hold one. */
  readonly hint: RegExp;
  readonly run: RegExp;
  readonly holds: (run: string) => boolean;
}

/** Segments of which nearly all are well formed, from which a run is mappings. */
const SEGMENTS_MIN = 6;

/** Segments of one, four or five variable-length quantities (ECMA-426, 9.2): the last digit of each is below 32, the others are not. */
function isMappings(run: string): boolean {
  const segments = run
    .split(/[,;]+/)
    .slice(1, -1)
    .filter((segment) => segment !== "");
  const good = segments.filter((segment) => {
    const quantities = segment.match(/[g-z0-9+/]{0,5}[A-Za-f]/g) ?? [];
    return (
      quantities.join("") === segment &&
      (quantities.length === 1 || quantities.length >= 4) &&
      quantities.length <= 5
    );
  });
  return segments.length >= SEGMENTS_MIN && good.length >= 0.97 * segments.length;
}

/** Numbers with fractions, and commands, from which a run is a path of a drawing (SVG 2, 9.3). */
const FRACTIONS_MIN = 6;

function isPath(run: string): boolean {
  const commands = run.match(/[a-z]/gi)?.length ?? 0;
  const fractions = run.match(/\.\d/g)?.length ?? 0;
  return commands >= 2 && fractions >= FRACTIONS_MIN && commands * 3 <= run.length;
}

const STRUCTURES: readonly Structure[] = [
  // Certificates and public keys, which are made to be shown (RFC 7468).
  {
    hint: /-----BEGIN (?:[A-Z0-9]+ )?(?:CERT|PUBLIC|PGP PUB)/,
    run: /-----BEGIN (?:CERTIFICATE|PUBLIC KEY|RSA PUBLIC KEY|PGP PUBLIC KEY BLOCK)-----[0-9A-Za-z+/=\s\\]{40,60000}(?:-----END|$)/g,
    holds: () => true,
  },
  { hint: /[A-Z],[A-Z]{4},|[A-Z];[A-Z]{4},/, run: /[A-Za-z0-9+/,;]{24,}/g, holds: isMappings },
  {
    hint: /\d[a-zA-Z]-?\d{0,3}\.\d/,
    run: /[MmLlHhVvCcSsQqTtAaZz0-9.,\- \n]{40,}/g,
    holds: isPath,
  },
];
