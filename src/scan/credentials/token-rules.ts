// Makes rules of the tables of token formats: tokens with a fixed beginning, with a fixed part inside, and those told by their
// vendor's name.
import { assignmentAt } from "./assignment.ts";
import { CLOUD_TOKENS } from "./cloud-tokens.ts";
import { CODE_TOKENS } from "./code-tokens.ts";
import { EMBEDDED_TOKENS, type EmbeddedRow } from "./embedded-tokens.ts";
import { MODEL_TOKENS } from "./model-tokens.ts";
import type { Rule } from "./rule.ts";
import { SERVICE_TOKENS } from "./service-tokens.ts";
import { isPlausible } from "./token-check.ts";
import type { TokenRow } from "./token-row.ts";
import { VENDOR_VALUES, type VendorRow } from "./vendor-values.ts";

/** All of the tables, in their order: of two rules that match the same text the first one names it. */
export const TOKEN_ROWS: readonly TokenRow[] = [
  ...CODE_TOKENS,
  ...CLOUD_TOKENS,
  ...SERVICE_TOKENS,
  ...MODEL_TOKENS,
];

export function tokenRules(): readonly Rule[] {
  return [
    ...TOKEN_ROWS.map(tokenRule),
    ...EMBEDDED_TOKENS.map(embeddedRule),
    ...VENDOR_VALUES.map(vendorRule),
  ];
}

/** A token stands alone: no letter or digit before it (but that of an escape such as `\n`), and none after it. */
const INSIDE = "(?<!\\\\)[A-Za-z0-9]";

/** Matches from the keyword's start. */
export function tokenRule([kind, keywords, pattern]: TokenRow): Rule {
  const sticky = new RegExp(`(?<!${INSIDE})(?:${pattern})(?![A-Za-z0-9])`, "y");
  return {
    keywords: keywords.split(" ").map((word) => word.replace("_space_", " ")),
    find: (text, start, end) => {
      sticky.lastIndex = start;
      if (!sticky.test(text)) return null;
      const token = text.slice(start, sticky.lastIndex);
      return isPlausible(kind, token, end - start) ? { kind, start, end: start + token.length } : null;
    },
  };
}

/** Matches what stands before the keyword backwards from it, so that the cost is that of the token and no more. */
export function embeddedRule([kind, keywords, before, from]: EmbeddedRow): Rule {
  const sticky = new RegExp(`(?<=(?<!${INSIDE})(${before}))(?:${from})(?![A-Za-z0-9])`, "y");
  return {
    keywords: keywords.split(" "),
    find: (text, at) => {
      sticky.lastIndex = at;
      const match = sticky.exec(text);
      if (match === null) return null;
      const start = at - (match[1]?.length ?? 0);
      const found = { kind, start, end: sticky.lastIndex };
      return isPlausible(kind, text.slice(start, found.end), 0) ? found : null;
    },
  };
}

/** The value of an assignment whose key names the vendor. */
export function vendorRule([kind, names, value]: VendorRow): Rule {
  const whole = new RegExp(`^(?:${value})$`);
  return {
    keywords: names.split(" "),
    find: (text, start, end) => {
      // `CameraKit` is no `meraki`: inside a word a name begins with a capital.
      if (/[a-z][a-z]/i.test(text.slice(start - 1, start + 1)) && !/[A-Z]/.test(text[start] ?? ""))
        return null;
      const assignment = assignmentAt(text, start, end);
      if (assignment === null) return null;
      const { valueStart, valueEnd } = assignment;
      const secret = text.slice(valueStart, valueEnd).trim();
      if (!whole.test(secret) || !isPlausible(kind, secret, 0)) return null;
      return { kind, start: valueStart, end: valueEnd };
    },
  };
}
