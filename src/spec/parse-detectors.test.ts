// parseSpec on privacy.detectors and documents: canonical forms, defaults and bounds. Refused words are in
// fixtures/refused-specs.txt.
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { formatSpec } from "./format-spec.ts";
import { parseSpec } from "./parse-spec.ts";
import { PERSONAL_GROUPS, UNBOUNDED } from "./personal-groups.ts";
import type { Spec } from "./spec.ts";

const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");

function read(privacy: string) {
  const source = `writ: 1
name: t
sovereignty: { score_min: 70, external_calls_max: 0, uncontrolled_calls_max: 0 }
privacy:
  ladder: [public]
  default_label: public
  ${privacy}
resources:
  memory: { per_task_max: 1 GiB, committed_max: 80 %, host_reserve: 1 GiB }
  cpu: { per_task_max: 1 }
  processes_max: 64
  time_max: 1 m
  heat: { max: 85 C, margin: 5 C }
  pressure: { memory_some_avg10_max: 20 % }
`;
  return parseSpec(new TextEncoder().encode(source), { sha256, clock: () => 0 });
}

function valid(privacy: string): Spec {
  const parsed = read(privacy);
  if (!parsed.ok) throw new Error(parsed.error.map(({ message }) => message).join("; "));
  const again = parseSpec(new TextEncoder().encode(formatSpec(parsed.value.spec)), {
    sha256,
    clock: () => 0,
  });
  expect(again).toMatchObject({ ok: true, value: { spec_hash: parsed.value.spec_hash } });
  return parsed.value.spec;
}

const fingerprint = (at: number): string => at.toString(16).padStart(32, "0");
const listing = (count: number): string =>
  `detectors: { known_harmless: [${Array.from({ length: count }, (_, at) => `"${fingerprint(at)}"`).join(", ")}] }`;

test("parseSpec: no detectors is null, and what is left out of them refuses and bounds nothing", () => {
  expect(valid("sources: []").privacy.detectors).toBeNull();
  const strict = {
    credentials: "refuse",
    opaque: "refuse",
    personal: UNBOUNDED,
    novel_max: null,
    known_harmless: [],
  };
  expect(valid("detectors: {}").privacy.detectors).toEqual(strict);
  expect(valid("detectors: { personal: {} }").privacy.detectors).toEqual(strict);
  expect(valid("detectors: { credentials: count, opaque: count }").privacy.detectors).toEqual({
    ...strict,
    credentials: "count",
    opaque: "count",
  });
});

test.each(PERSONAL_GROUPS)("parseSpec reads the group `%s`, from 0, and no other", (group) => {
  for (const count of [0, 20]) {
    const { personal } = valid(`detectors: { personal: { ${group}: ${count} } }`).privacy.detectors ?? {};
    expect(personal).toEqual({ ...UNBOUNDED, [group]: count });
  }
});

test("parseSpec reads novel_max in bytes, and fingerprints as a set in lower case", () => {
  const [short, long] = ["AB".repeat(16), "cd".repeat(32)];
  const spec = valid(
    `detectors: { novel_max: 64 KiB, known_harmless: ["${long}", "${short}", "${short.toLowerCase()}"] }`,
  );
  expect(spec.privacy.detectors).toMatchObject({
    novel_max: 65_536,
    known_harmless: [short.toLowerCase(), long],
  });
});

test.each(["a".repeat(31), "a".repeat(65), `${"a".repeat(31)}g`, `${"a".repeat(32)} `])(
  "parseSpec refuses the fingerprint `%s`",
  (text) => {
    const parsed = read(`detectors: { known_harmless: ["${text}"] }`);
    expect(parsed.ok ? null : parsed.error[0]).toMatchObject({
      message: `\`privacy.detectors.known_harmless[0]\` is \`${text}\`: a fingerprint is 32 to 64 hexadecimal digits`,
      hint: "copy it from `writ explain`; never write the value itself",
    });
  },
);

test("parseSpec takes a thousand fingerprints, no more", () => {
  expect(valid(listing(1000)).privacy.detectors?.known_harmless).toHaveLength(1000);
  const parsed = read(listing(1001));
  expect(parsed.ok ? null : parsed.error).toEqual([
    {
      line: 7,
      column: 32,
      message: "`privacy.detectors.known_harmless` has 1001 fingerprints: limit is 1000",
      hint: "remove those that are no longer sent",
    },
  ]);
});

test("parseSpec reads protected files as values unless they are documents, each once", () => {
  expect(
    valid("protected: [{ file: /b, as: document }, { file: /a, as: values }, { file: /c }]").privacy
      .protected,
  ).toEqual([
    { file: "/a", as: "values" },
    { file: "/b", as: "document" },
    { file: "/c", as: "values" },
  ]);
  const twice = read("protected: [{ file: /a }, { file: /a, as: document }]");
  expect(twice.ok ? null : twice.error[0]?.message).toBe(
    "`privacy.protected` has `/a` twice: first on line 7",
  );
});
