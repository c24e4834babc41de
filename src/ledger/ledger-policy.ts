// Whom a verifier believes: the logs it knows, its witnesses, and which of them are enough (C2SP tlog-policy). Judges a
// checkpoint; reads no file. https://c2sp.org/tlog-policy
import { err, ok, type Result } from "../stdx/result.ts";
import { WritError } from "../stdx/writ-error.ts";
import { type NoteKey, parseVkey, type SignedNote, signedBy } from "./signed-note.ts";

/** Longest policy, and most lines of each sort: the specification recommends at least 32. */
const POLICY_BYTES_MAX: number = 256 * 1024;
const ENTRIES_MAX = 1024;

/** A rule over witnesses, by the name that the policy gives them. */
type Rule =
  | { readonly kind: "witness"; readonly key: NoteKey }
  | { readonly kind: "group"; readonly threshold: number; readonly members: readonly string[] };

export interface LedgerPolicy {
  readonly logs: readonly NoteKey[];
  /** Each member stands before whoever names it. */
  readonly rules: ReadonlyMap<string, Rule>;
  /** Null: `quorum none`. */
  readonly quorum: string | null;
}

/** The policy that believes one log and asks for no witness. */
export function logOnly(log: NoteKey): LedgerPolicy {
  return { logs: [log], rules: new Map(), quorum: null };
}

/** The policy `base` where `quorum` of `witnesses` have to hold a head, each under its key's name. 0: nobody has to. */
export function withWitnesses(
  base: LedgerPolicy,
  witnesses: readonly NoteKey[],
  quorum: number,
): LedgerPolicy {
  const rules = new Map<string, Rule>(witnesses.map((key) => [key.name, { kind: "witness", key }]));
  const members = [...rules.keys()];
  rules.set(QUORUM_GROUP, { kind: "group", threshold: quorum, members });
  return { ...base, rules, quorum: quorum === 0 ? null : QUORUM_GROUP };
}

/** No name of a key has a space, so that it is nobody's. */
const QUORUM_GROUP = "the quorum";

/** Reads a policy file; the error is one line that names the line it is in. */
export function parsePolicy(bytes: Uint8Array): Result<LedgerPolicy, string> {
  if (bytes.length > POLICY_BYTES_MAX) return err(`a policy has at most ${POLICY_BYTES_MAX} bytes`);
  // Octets: two names are the same when their bytes are.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  if (/[^\t\n\u0020-\u007e\u0080-\u00ff]/.test(text))
    return err("a policy has no control characters but tab and newline");
  const draft: Draft = { logs: [], rules: new Map(), members: new Set(), quorum: undefined };
  for (const [at, line] of text.split("\n").entries()) {
    const words = line.split(/[ \t]+/).filter((word) => word !== "");
    if (words.length === 0 || words[0]?.startsWith("#") === true) continue;
    const problem = takeLine(words, draft);
    if (problem !== null) return err(`line ${at + 1}: ${problem}`);
  }
  const { logs, rules, quorum } = draft;
  return quorum === undefined ? err("a policy has one `quorum` line") : ok({ logs, rules, quorum });
}

interface Draft {
  readonly logs: NoteKey[];
  readonly rules: Map<string, Rule>;
  /** Names that a group has as a member: one each. */
  readonly members: Set<string>;
  quorum: string | null | undefined;
}

function takeLine([word = "", ...rest]: readonly string[], draft: Draft): string | null {
  if (draft.logs.length + draft.rules.size >= ENTRIES_MAX)
    return `more than ${ENTRIES_MAX} logs, witnesses and groups`;
  switch (word) {
    case "log":
      return takeLog(rest, draft);
    case "witness":
      return takeWitness(rest, draft);
    case "group":
      return takeGroup(rest, draft);
    case "quorum":
      return takeQuorum(rest, draft);
    default:
      return "a line begins with `log`, `witness`, `group` or `quorum`";
  }
}

function takeLog(words: readonly string[], { logs }: Draft): string | null {
  if (words.length < 1 || words.length > 2) return "`log` takes a key and at most one URL";
  const key = keyOf(words[0] ?? "", "ed25519");
  if (typeof key === "string") return key;
  if (logs.some((known) => sameKey(known, key))) return "the same log key stands there twice";
  logs.push(key);
  return null;
}

function takeWitness(words: readonly string[], { rules }: Draft): string | null {
  const [name = "", vkey = ""] = words;
  if (words.length < 2 || words.length > 3) return "`witness` takes a name, a key and at most one URL";
  const taken = nameProblem(name, rules);
  if (taken !== null) return taken;
  const key = keyOf(vkey, "cosignature");
  if (typeof key === "string") return key;
  for (const rule of rules.values()) {
    if (rule.kind === "witness" && sameKey(rule.key, key)) return "the same witness key stands there twice";
  }
  rules.set(name, { kind: "witness", key });
  return null;
}

function takeGroup([name = "", count = "", ...members]: readonly string[], draft: Draft): string | null {
  const taken = nameProblem(name, draft.rules);
  if (taken !== null) return taken;
  if (members.length === 0) return "a group has at least one member";
  for (const member of members) {
    if (!draft.rules.has(member)) return "a group names what stands in lines before it";
    if (draft.members.has(member)) return "each name is a member once";
    draft.members.add(member);
  }
  const threshold = thresholdOf(count, members.length);
  if (threshold === null) return `a group asks for \`all\`, \`any\` or 1 to ${members.length} of its members`;
  draft.rules.set(name, { kind: "group", threshold, members });
  return null;
}

function takeQuorum([name = "", ...rest]: readonly string[], draft: Draft): string | null {
  if (name === "" || rest.length > 0) return "`quorum` takes one name";
  if (draft.quorum !== undefined) return "a policy has one `quorum` line";
  if (name !== NONE && !draft.rules.has(name)) return "`quorum` names what stands in a line before it";
  draft.quorum = name === NONE ? null : name;
  return null;
}

const NONE = "none";

function thresholdOf(count: string, members: number): number | null {
  if (count === "all") return members;
  if (count === "any") return 1;
  const threshold = /^[1-9][0-9]{0,8}$/.test(count) ? Number(count) : 0;
  return threshold >= 1 && threshold <= members ? threshold : null;
}

function nameProblem(name: string, rules: Draft["rules"]): string | null {
  if (name === "" || name === NONE) return "`none` names nobody";
  return rules.has(name) ? "the same name stands there twice" : null;
}

function sameKey(one: NoteKey, two: NoteKey): boolean {
  return Buffer.from(one.key.raw).equals(two.key.raw);
}

function keyOf(vkey: string, algorithm: NoteKey["algorithm"]): NoteKey | string {
  try {
    // Key names are UTF-8 in notes, octets here.
    const key = parseVkey(Buffer.from(vkey, "latin1").toString("utf8"));
    if (key === null) return "the key is none that can be used: `name+id+key`, Ed25519";
    return key.algorithm === algorithm
      ? key
      : `the key is of the sort \`${key.algorithm}\`, not \`${algorithm}\``;
  } catch (error) {
    if (error instanceof WritError) return error.message;
    throw error;
  }
}

/** What a policy finds of one note. */
export interface Judged {
  /** Who signed it as a log; null: none that the policy knows, or a known key's line that it did not sign. */
  readonly log: NoteKey | null;
  /** Names of the witnesses whose cosignature holds, and their clocks' seconds since 1970. */
  readonly witnesses: readonly { readonly name: string; readonly time: number }[];
  /** The policy asks for witnesses, and these are enough. */
  readonly witnessed: boolean;
  /** The log's signature holds, and as many witnesses' as the policy asks for, which may be none. */
  readonly accepted: boolean;
}

/** Judges `note`. A line of a known key that it did not sign makes the whole note worth nothing. */
export function judgeNote(note: SignedNote, policy: LedgerPolicy): Judged {
  const signers = policy.logs.map((key) => ({ key, found: signedBy(note, key) }));
  const log = signers.find(({ found }) => found.state === "signed")?.key ?? null;
  const witnesses: { name: string; time: number }[] = [];
  let forged = signers.some(({ found }) => found.state === "invalid");
  for (const [name, rule] of policy.rules) {
    if (rule.kind !== "witness") continue;
    const found = signedBy(note, rule.key);
    if (found.state === "signed" && found.time !== null) witnesses.push({ name, time: found.time });
    forged ||= found.state === "invalid";
  }
  if (forged || log === null) return { log: null, witnesses: [], witnessed: false, accepted: false };
  const witnessed = quorumMet(policy, new Set(witnesses.map(({ name }) => name)));
  return { log, witnesses, witnessed, accepted: policy.quorum === null || witnessed };
}

/** Whether the policy asks for witnesses, and those that it names so are enough. */
export function quorumMet(policy: LedgerPolicy, witnesses: ReadonlySet<string>): boolean {
  return policy.quorum !== null && holds(policy, witnesses);
}

/** In the order of the lines, so that every member was answered before whoever names it. */
function holds({ rules, quorum }: LedgerPolicy, witnesses: ReadonlySet<string>): boolean {
  const met = new Set<string>();
  for (const [name, rule] of rules) {
    const counted =
      rule.kind === "witness"
        ? witnesses.has(name)
        : rule.members.filter((member) => met.has(member)).length >= rule.threshold;
    if (counted) met.add(name);
  }
  return met.has(quorum ?? "");
}
