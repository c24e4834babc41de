// Builds whose gate, scan or decision no longer does its work, and what their own probes have to find. Texts that are replaced in
// a copy of the source; none of them is ever in the product. Data of p11-probes.test.ts.

export interface Patch {
  readonly file: string;
  /** Stands there exactly once. */
  readonly from: string;
  readonly to: string;
}

export interface BlindBuild {
  readonly is: string;
  readonly patches: readonly Patch[];
  /** The alarm that the first self-test raises. */
  readonly check: string;
  readonly found: string;
  /** How far the node is narrowed by it. */
  readonly narrowed: "offline" | "halted" | null;
}

const CONTENT = "src/enforce/gate/http/judge-content.ts";
const VERDICT = "  if (refused !== null) return err(scanRefusal(refused));";
const SCAN = "  const { findings, refused } = await rules.scan({";

export const BLIND_BUILDS: readonly BlindBuild[] = [
  {
    is: "a gate that refuses everything",
    patches: [{ file: CONTENT, from: VERDICT, to: '  return err(foreignRefusal("everything"));' }],
    check: "scan",
    found: "refuses",
    narrowed: null,
  },
  {
    is: "a gate that passes everything",
    patches: [
      { file: CONTENT, from: VERDICT, to: "  void scanRefusal;" },
      {
        file: "src/enforce/gate/http/find-call.ts",
        from: "const covering = allowed.filter(({ call }) => coversPath(call.path, url.readings));",
        to: "const covering = allowed.filter(({ call }) => coversPath(call.path, url.readings) || true);",
      },
      {
        file: "src/enforce/gate/http/find-call.ts",
        from: "const allowed = there.filter(({ call }) => call.methods.some((granted) => coversMethod(granted, method)));",
        to: "const allowed = there.filter(({ call }) => call.methods.some((granted) => coversMethod(granted, method) || true));",
      },
      {
        file: "src/enforce/gate/http/judge-head.ts",
        from: "const other = named.find((name) => !namesTarget(name, target));",
        to: "const other = named.find((name) => name === '' && !namesTarget(name, target));",
      },
    ],
    check: "gate",
    found: "blind",
    narrowed: "offline",
  },
  {
    is: "a scanner that is silently dead",
    patches: [
      { file: CONTENT, from: SCAN, to: SCAN.replace("rules.scan(", "nothing(") },
      {
        file: CONTENT,
        from: "function fieldsOfPlaces(",
        to: "async function nothing(_: ScannedRequest): Promise<ScanVerdict> {\n  return { findings: [], refused: null } as ScanVerdict;\n}\n\nfunction fieldsOfPlaces(",
      },
    ],
    check: "scan",
    found: "blind",
    narrowed: "offline",
  },
  {
    is: "a scanner that is half blind: of what it finds it tells every second one",
    patches: [
      {
        file: CONTENT,
        from: VERDICT,
        to: "  if (refused !== null) told += 1;\n  if (refused !== null && told % 2 === 1) return err(scanRefusal(refused));",
      },
      { file: CONTENT, from: "function fieldsOfPlaces(", to: "let told = 0;\n\nfunction fieldsOfPlaces(" },
    ],
    check: "scan",
    found: "blind",
    narrowed: "offline",
  },
  {
    is: "a scanner that is slow",
    patches: [
      {
        file: CONTENT,
        from: SCAN,
        to: `  await new Promise((resolve) => setTimeout(resolve, 20_000));\n${SCAN}`,
      },
    ],
    check: "scan",
    found: "slow",
    narrowed: null,
  },
  {
    is: "a scanner that skips large bodies",
    patches: [
      {
        file: CONTENT,
        from: VERDICT,
        to: "  if (refused !== null && body.length < 262_144) return err(scanRefusal(refused));",
      },
    ],
    check: "scan",
    found: "blind",
    narrowed: "offline",
  },
  {
    is: "a decision that has lost the limit of one task's memory",
    patches: [
      {
        file: "src/decide/check-resources.ts",
        from: "function checkPerTask({ compiled, ask }: Situation, failures: Failures): void {",
        to: "function checkPerTask({ compiled, ask }: Situation, failures: Failures): void {\n  if (compiled.spec.writ === 1) return;",
      },
    ],
    check: "decision",
    found: "blind",
    narrowed: "halted",
  },
];
