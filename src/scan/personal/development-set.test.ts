// The finder on the development set of texts with labels, where it is there: floors well below what was measured, so that a
// change that loses much is seen. The rows stay outside.
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { foundPersonal } from "../../../test/found-personal.ts";

const file = new URL("../../../../shared/corpora/pii_dev.jsonl.gz", import.meta.url);
const present = existsSync(file);
if (!present) console.log("skipped: the development set ../shared/corpora/pii_dev.jsonl.gz is not here");

interface Row {
  readonly text: string;
  readonly label: number;
  readonly tier: string;
  readonly source: string;
}

describe.skipIf(!present)("createPersonalFinder on the development set", () => {
  const rows: readonly Row[] = present
    ? gunzipSync(readFileSync(file))
        .toString()
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Row)
    : [];

  it("finds at least 85 % of the texts with structured personal data", () => {
    expect(
      share(rows.filter(({ tier, label }) => tier === "structured" && label === 1)),
    ).toBeGreaterThanOrEqual(0.85);
  });

  it("is wrong in at most 2 % of those without any, and in at most 1 % of engineering payloads", () => {
    const negative = rows.filter(({ label }) => label === 0);
    expect(share(negative)).toBeLessThanOrEqual(0.02);
    expect(share(negative.filter(({ source }) => source.startsWith("synthetic")))).toBeLessThanOrEqual(0.01);
  });
});

/** Of texts with a match, as given or with their percent signs decoded (which is a decoder's work). */
function share(rows: readonly Row[]): number {
  const found = rows.filter(
    ({ text }) => foundPersonal(text).length > 0 || foundPersonal(formDecoded(text)).length > 0,
  );
  return found.length / rows.length;
}

function formDecoded(text: string): string {
  return /%[0-9A-F]{2}/i.test(text) ? decodeURIComponent(text.replaceAll(/%(?![0-9A-Fa-f]{2})/g, "%25")) : "";
}
