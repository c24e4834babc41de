// Known answers of what was found in the task itself: in its words, and in the files that it could send.
import { describe, expect, test } from "vitest";
import {
  answer,
  type Case,
  decided,
  failing,
  onlyFailure,
  passes,
  specWith,
} from "../../test/decision-cases.ts";
import { baseTask, call, endpoint } from "../../test/decision-fixtures.ts";
import { PERSONAL_GROUPS } from "../spec/personal-groups.ts";
import type { Detectors, Spec } from "../spec/spec.ts";
import type { ContentFact } from "./facts.ts";

const DETECTORS: Detectors = {
  credentials: "refuse",
  opaque: "count",
  personal: personalLimits({ iban: 0, email: 2 }),
  novel_max: null,
  known_harmless: [],
};

function personalLimits(named: Partial<Detectors["personal"]>): Detectors["personal"] {
  const none = Object.fromEntries(PERSONAL_GROUPS.map((group) => [group, null]));
  return { ...(none as Detectors["personal"]), ...named };
}

const spec = (detectors: Detectors | null, control: "owned" | "contracted" = "contracted"): Spec =>
  specWith({
    privacy: { detectors },
    sovereignty: { score_min: 0, endpoints: [endpoint({ control, clearance: "secret" })] },
  });

const fact = (change: Partial<ContentFact> = {}): ContentFact => ({
  place: "run.command[1]",
  from: "words",
  class: "credential",
  kind: "github_token",
  group: null,
  name: null,
  count: 1,
  ...change,
});

const withContent = (spec: Spec, content: readonly ContentFact[], sends = true): Case => ({
  spec,
  task: baseTask({ calls: sends ? [call()] : [] }),
  facts: { content },
});

describe("decide, check-content", () => {
  test("protected_in_task: in words always, in a file where anything may leave", () => {
    const words = fact({ class: "protected", kind: "value", name: "keys.env:3", count: 2 });
    for (const sends of [false, true]) {
      const finding = onlyFailure(withContent(spec(null), [words], sends));
      expect([finding.cause, ...answer(finding)]).toEqual([
        "protected_in_task",
        2,
        0,
        "count",
        "privacy.protected",
        false,
      ]);
      expect(finding.evidence).toEqual(["run.command[1]: keys.env:3"]);
    }
    const file = { ...words, from: "file" as const };
    expect(onlyFailure(withContent(spec(null), [file])).cause).toBe("protected_in_task");
    expect(onlyFailure(withContent(spec(null, "owned"), [file])).cause).toBe("protected_in_task");
    passes(withContent(spec(null), [file], false));
  });

  test("credential_in_task: as the spec's detectors say, and of a file to hosts that are not owned", () => {
    const finding = onlyFailure(withContent(spec(DETECTORS), [fact(), fact({ place: "intent" })], false));
    expect([finding.cause, ...answer(finding)]).toEqual([
      "credential_in_task",
      2,
      0,
      "count",
      "privacy.detectors.credentials",
      false,
    ]);
    expect(finding.evidence).toEqual(["run.command[1]: github_token", "intent: github_token"]);
    passes(withContent(spec(null), [fact()]));
    passes(withContent(spec({ ...DETECTORS, credentials: "count" }), [fact()]));
    const file = fact({ from: "file" });
    expect(onlyFailure(withContent(spec(DETECTORS), [file])).cause).toBe("credential_in_task");
    passes(withContent(spec(DETECTORS, "owned"), [file]));
    passes(withContent(spec(DETECTORS), [file], false));
  });

  test("personal_in_task: by group, of files alone, beyond what the spec allows", () => {
    const email = (count: number): ContentFact =>
      fact({ from: "file", class: "personal", kind: "email", group: "email", count });
    passes(withContent(spec(DETECTORS), [email(2)]));
    const finding = onlyFailure(
      withContent(spec(DETECTORS), [email(2), { ...email(1), place: "run.command[2]" }]),
    );
    expect([finding.cause, ...answer(finding)]).toEqual([
      "personal_in_task",
      3,
      2,
      "count",
      "privacy.detectors.personal.email",
      false,
    ]);
    passes(withContent(spec(DETECTORS), [{ ...email(9), from: "words" }]));
    passes(withContent(spec(DETECTORS), [{ ...email(9), kind: "ip", group: "ip" }]));
    passes(withContent(spec(DETECTORS, "owned"), [email(9)]));
    passes(withContent(spec(null), [email(9)]));
    const iban = fact({ from: "file", class: "personal", kind: "iban", group: "iban" });
    const both = failing(decided(withContent(spec(DETECTORS), [email(3), iban])));
    expect(both.map(({ rule }) => rule).sort()).toEqual([
      "privacy.detectors.personal.email",
      "privacy.detectors.personal.iban",
    ]);
  });

  test("task_not_scanned: what could not be looked at to its end", () => {
    const unread = fact({ place: "task", class: "unfinished", kind: "time" });
    const finding = onlyFailure(withContent(spec(null), [unread], false));
    expect([finding.cause, ...answer(finding)]).toEqual([
      "task_not_scanned",
      1,
      0,
      "count",
      "privacy",
      false,
    ]);
  });

  test("nothing found fails nothing", () => {
    passes(withContent(spec(DETECTORS), []));
  });
});
