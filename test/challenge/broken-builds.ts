// Builds of which one check is taken out, and the case that has to tell, by name. Texts that are replaced in a copy of the
// source; none of them is ever in the product. Data of broken-builds.test.ts.
import type { Family } from "../../src/challenge/case.ts";

export interface BrokenBuild {
  readonly family: Family;
  readonly without: string;
  readonly file: string;
  /** Stands there exactly once. */
  readonly from: string;
  readonly to: string;
  /** Also without what the governor's own probes do about it: they find such a gate blind and cut the node off. */
  readonly unprobed?: true;
  /** The part of an id that is fired; one case of it is to fail. */
  readonly caught: string;
}

/** Taken out as well where a build is `unprobed`. */
export const PROBES: Pick<BrokenBuild, "file" | "from" | "to"> = {
  file: "src/governor/probes/probe-book.ts",
  from: '  if (found !== "blind") return null;',
  to: '  if (found !== "slow") return null;',
};

const REQUIRES = "src/decide/check-requires.ts";
const PRIVACY = "src/decide/check-privacy.ts";
const RESOURCES = "src/decide/check-resources.ts";
const HEAD = "src/enforce/gate/http/judge-head.ts";

export const BROKEN_BUILDS: readonly BrokenBuild[] = [
  {
    family: "words",
    without: "the deafness to intents: one that says it was lifted lifts a limit",
    file: RESOURCES,
    from: "function checkPerTask({ compiled, ask }: Situation, failures: Failures): void {",
    to: "function checkPerTask({ compiled, ask, task }: Situation, failures: Failures): void {\n  if (task.intent.includes('lifted')) return;",
    caught: "words.move-no-refusal/lifted",
  },
  {
    family: "words",
    without: "the check of who a task says it belongs to",
    file: "src/decide/check-request.ts",
    from: "if (task.principal === null || task.principal === principal.name) return;",
    to: "return;",
    caught: "words.as-another/somebody",
  },
  {
    family: "words",
    without: "the deafness to names: an ordinary word in one refuses",
    file: RESOURCES,
    from: "function checkPerTask({ compiled, ask }: Situation, failures: Failures): void {",
    to: "function checkPerTask({ compiled, ask, task }: Situation, failures: Failures): void {\n  if (task.task.includes('exploit')) failures.add({ ...RESOURCES, rule: 'x', cause: 'memory_over_limit', measured: 1, limit: 0, unit: 'count' });",
    caught: "words.move-no-admission/exploit",
  },
  {
    family: "contradictions",
    without: "the residency that was asked for",
    file: REQUIRES,
    from: "  if (farthest === -1) return;",
    to: "  if (farthest !== -2) return;",
    caught: "contradictions.set/residency-node",
  },
  {
    family: "contradictions",
    without: "the smallest conflicting set",
    file: "src/decide/decide.ts",
    from: "conflict: conflicting ? smallestConflict(situation) : [],",
    to: "conflict: conflicting ? smallestConflict(situation).slice(0, 0) : [],",
    caught: "contradictions.set/residency-owned",
  },
  {
    family: "contradictions",
    without: "the clearance of who is called",
    file: PRIVACY,
    from: "  if (need.rank <= rank) return;",
    to: "  if (need.rank >= -rank) return;",
    caught: "contradictions.label/secret-to-contract",
  },
  {
    family: "sums",
    without: "the windows of the spec",
    file: "src/decide/check-budgets.ts",
    from: "    if (measured === null || measured > limit)",
    to: "    if (measured === null)",
    caught: "sums.siblings",
  },
  {
    family: "sums",
    without: "the count of requests at the gate",
    file: "src/enforce/gate/http/take-call.ts",
    from: "return use.requests < call.requests_max && use.bytes_out + bytes <= call.bytes_out_max;",
    to: "return use.bytes_out + bytes <= call.bytes_out_max;",
    caught: "sums.more-than-granted",
  },
  {
    family: "sums",
    without: "the limit of one task's time",
    file: RESOURCES,
    from: 'check({ rule: "resources.time_max", cause: "time_over_limit", limit: time_max, unit: "ms" }, ask.time);',
    to: "void time_max;",
    caught: "sums.too-much/time-by-a-ms",
  },
  {
    family: "names",
    without: "the comparison of the Host field with the connection",
    file: HEAD,
    from: "const other = named.find((name) => !namesTarget(name, target));",
    to: "const other = named.find((name) => name === '' && !namesTarget(name, target));",
    caught: "names.host-field/sibling",
  },
  {
    family: "names",
    without: "the comparison of a URL's host with the connection",
    file: "src/enforce/gate/http/judge-url.ts",
    from: "  if (!namesTarget(authority, target)) {",
    to: '  if (authority === "" && !namesTarget(authority, target)) {',
    unprobed: true,
    caught: "names.request/other-url",
  },
  {
    family: "names",
    without: "the granted path",
    file: "src/enforce/gate/http/find-call.ts",
    from: "const covering = allowed.filter(({ call }) => coversPath(call.path, url.readings));",
    to: "const covering = allowed.filter(({ call }) => coversPath(call.path, url.readings) || true);",
    unprobed: true,
    caught: "names.request/other-path",
  },
  {
    family: "ways-out",
    without: "the cap of raw connections",
    file: "src/enforce/gate/opaque/relay-opaque.ts",
    from: '      claim: claim("bytes_out", grant.bytes_out_max),',
    to: '      claim: claim("bytes_out", Number.MAX_SAFE_INTEGER),',
    caught: "ways-out.raw-bytes",
  },
  {
    family: "ways-out",
    without: "the hooks that are held read-only",
    file: "src/enforce/sandbox/hidden-places.ts",
    from: 'return PROTECTED_FOLDERS.has(name) || (name === "hooks" && isRepository(folder));',
    to: 'return PROTECTED_FOLDERS.has(name) || (name === "hooks" && !isRepository(folder));',
    caught: "ways-out.hook",
  },
  {
    family: "ways-out",
    without: "the granted methods",
    file: "src/enforce/gate/http/find-call.ts",
    from: "const allowed = there.filter(({ call }) => call.methods.some((granted) => coversMethod(granted, method)));",
    to: "const allowed = there.filter(({ call }) => call.methods.some((granted) => coversMethod(granted, method) || true));",
    unprobed: true,
    caught: "ways-out.through-gate/ungranted-method",
  },
  {
    family: "leaks",
    without: "the words of a task in the look at it",
    file: "src/decide/check-content.ts",
    from: "  if (told.length > 0)\n",
    to: "  if (told.length > 1000)\n",
    caught: "leaks.in-task-words/intent",
  },
  {
    family: "leaks",
    without: "the rule that only the gate authenticates",
    file: "src/enforce/gate/http/judge-content.ts",
    from: "  if (foreign !== null) return err(foreignRefusal(foreign));",
    to: '  if (foreign === "") return err(foreignRefusal(foreign));',
    caught: "leaks.own-account/bearer",
  },
  {
    family: "leaks",
    without: "the clearance that a label needs",
    file: PRIVACY,
    from: "  if (need.rank <= rank) return;",
    to: "  if (need.rank >= -rank) return;",
    caught: "leaks.label",
  },
  {
    family: "governor",
    without: "the keys that a language does not have",
    file: "src/stdx/schema/object.ts",
    from: "    if (problem === null) continue;\n    found = true;",
    to: "    if (problem !== null) continue;\n    found = true;",
    caught: "governor.task-shape/unknown-need",
  },
  {
    family: "governor",
    without: "the file that must be what was adopted",
    file: "src/governor/spec-in-force.ts",
    from: "    this.#file.check(this.#adopted.parsed.bytes_hash);\n    return this.#adopted;",
    to: "    return this.#adopted;",
    caught: "governor.spec-edited",
  },
  {
    family: "governor",
    without: "the folder of what runs, made anew where it was lost",
    file: "src/governor/client/start-process.ts",
    from: "    mkdirSync(paths.run, { mode: 0o700, recursive: true });",
    to: "    void mkdirSync;",
    caught: "governor.projection-lost",
  },
  {
    family: "operator",
    without: "the order of the least score",
    file: "src/spec/field-order.ts",
    from: "noLooser: (b, a) => b.sovereignty.score_min >= a.sovereignty.score_min,",
    to: "noLooser: (b, a) => b.sovereignty.score_min >= a.sovereignty.score_min || true,",
    caught: "operator.looser-score",
  },
  {
    family: "operator",
    without: "the file that must be what was adopted",
    file: "src/governor/spec-in-force.ts",
    from: "    this.#file.check(this.#adopted.parsed.bytes_hash);\n    return this.#adopted;",
    to: "    return this.#adopted;",
    caught: "operator.edited-file",
  },
  {
    family: "operator",
    without: "the refusal of unknown fields",
    file: "src/stdx/schema/object.ts",
    from: "    if (problem === null) continue;\n    found = true;",
    to: "    if (problem !== null) continue;\n    found = true;",
    caught: "operator.field/override",
  },
  {
    family: "not-a-cage",
    without: "the room for names that are not ASCII",
    file: RESOURCES,
    from: "function checkPerTask({ compiled, ask }: Situation, failures: Failures): void {",
    to: "function checkPerTask({ compiled, ask, task }: Situation, failures: Failures): void {\n  if (/[^ -~]/u.test(task.task)) failures.add({ ...RESOURCES, rule: 'x', cause: 'memory_over_limit', measured: 1, limit: 0, unit: 'count' });",
    caught: "not-a-cage.name/n08",
  },
  {
    family: "not-a-cage",
    without: "the room for words that sound dangerous",
    file: RESOURCES,
    from: "function checkPerTask({ compiled, ask }: Situation, failures: Failures): void {",
    to: "function checkPerTask({ compiled, ask, task }: Situation, failures: Failures): void {\n  if (/exploit|kill|malware/u.test(task.task)) failures.add({ ...RESOURCES, rule: 'x', cause: 'memory_over_limit', measured: 1, limit: 0, unit: 'count' });",
    caught: "not-a-cage.name/n18",
  },
  {
    family: "not-a-cage",
    without: "a second process in a task",
    file: "src/enforce/seccomp/filter.ts",
    from: 'return [label("clone"), load(argument(0)), jump("any_bit", CLONE_NEW, "denied", "allow")];',
    to: 'return [label("clone"), load(argument(0)), jump("any_bit", CLONE_NEW, "denied", "denied")];',
    caught: "not-a-cage.pipeline",
  },
];
