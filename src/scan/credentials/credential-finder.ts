// Finds credentials in one view: one pass of the automaton over its bytes selects the rules, and each rule looks at a bounded
// window around its keyword. It knows formats and contexts; what the operator enrolled is protected/'s.
import { createAutomaton } from "../automaton/automaton.ts";
import type { Match } from "../finding.ts";
import type { ScanBudget } from "../scan-budget.ts";
import type { Finder, View } from "../view.ts";
import { judgeAssignment } from "./assignment-filter.ts";
import { authorization } from "./authorization.ts";
import { credentialFiles } from "./credential-file.ts";
import { privateKeys } from "./private-key.ts";
import type { Found, Rule } from "./rule.ts";
import { SECRET_WORDS } from "./secret-words.ts";
import { storedPasswords } from "./stored-password.ts";
import { tokenRules } from "./token-rules.ts";
import { urlCredential } from "./url-credential.ts";

/** Every rule but the assignments', in the order in which they name what several of them match. */
export function credentialRules(): readonly Rule[] {
  return [
    ...privateKeys,
    ...tokenRules(),
    ...authorization,
    urlCredential,
    ...storedPasswords,
    ...credentialFiles,
  ];
}

/** Bytes between two looks at the budget, and what a look at a keyword is counted as. */
const CHUNK = 16_384;
const LOOK = 32;

/**
 * Matches are of class `credential`, in the order of their starts, none inside another. Linear in the view but for the keywords
 * in it, each of which costs a bounded look that the budget is charged for. Throws ScanExhausted.
 *
 * @example createCredentialFinder()(view, budget);
 */
export function createCredentialFinder(): Finder {
  const { words, rulesOf } = index(credentialRules());
  const automaton = createAutomaton(words);
  return (view, budget) => {
    const found: Found[] = [];
    const assigned: Found[] = [];
    const { text } = view;
    const covered = new Map<Rule, number>();
    let judgedTo = 0;
    const assignment = (start: number, end: number): void => {
      if (start < judgedTo) return;
      const judged = judgeAssignment(text, start, end);
      if (judged === null) return;
      judgedTo = judged.keyEnd;
      if (judged.found !== null) assigned.push(judged.found);
    };
    eachHit(view, budget, (word, end) => {
      budget.spend(LOOK);
      const start = end - (words[word]?.length ?? 0);
      for (const rule of rulesOf[word] ?? [])
        if (rule === "assignment") assignment(start, end);
        else if (start >= (covered.get(rule) ?? 0)) {
          const one = rule.find(text, start, end);
          if (one === null) continue;
          covered.set(rule, one.end);
          found.push(one);
        }
    });
    return outermost(found, assigned);
  };

  function eachHit({ bytes }: View, budget: ScanBudget, onHit: (word: number, end: number) => void): void {
    let state = 0;
    for (let from = 0; from < bytes.length; from += CHUNK) {
      const chunk = bytes.subarray(from, from + CHUNK);
      budget.spend(chunk.length);
      state = automaton.scan(chunk, state, (word, end) => onHit(word, from + end));
    }
  }
}

interface Index {
  readonly words: readonly string[];
  /** Of each word, the rules it selects. */
  readonly rulesOf: readonly (readonly (Rule | "assignment")[])[];
}

function index(rules: readonly Rule[]): Index {
  const selected = new Map<string, (Rule | "assignment")[]>();
  const select = (word: string, rule: Rule | "assignment"): void => {
    const known = selected.get(word);
    if (known === undefined) selected.set(word, [rule]);
    else known.push(rule);
  };
  for (const rule of rules) for (const word of rule.keywords) select(word, rule);
  for (const word of SECRET_WORDS) select(word, "assignment");
  return { words: [...selected.keys()], rulesOf: [...selected.values()] };
}

/** Without what lies in another, and without assignments that overlap a finding that says more. */
function outermost(found: readonly Found[], assigned: readonly Found[]): readonly Match[] {
  const specific = withoutInner(found);
  // Both lists are in order and free of overlaps within themselves, so that one walk over both is enough.
  let at = 0;
  const rest = withoutInner(assigned).filter(({ start, end }) => {
    while (at < specific.length && (specific[at]?.end ?? 0) <= start) at += 1;
    return (specific[at]?.start ?? Number.POSITIVE_INFINITY) >= end;
  });
  return [...specific, ...rest]
    .toSorted((a, b) => a.start - b.start)
    .map(({ kind, start, end }) => ({ kind, class: "credential", name: null, start, end }));
}

/** In the order of their starts; of equal spans the first found stays, which is that of the rule named first. */
function withoutInner(found: readonly Found[]): readonly Found[] {
  let covered = -1;
  return found
    .toSorted((a, b) => a.start - b.start || b.end - a.end)
    .filter(({ end }) => {
      if (end <= covered) return false;
      covered = end;
      return true;
    });
}
