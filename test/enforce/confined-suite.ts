// The set-up that suites of confined tasks share: one executor a suite, fresh folders a test.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach } from "vitest";
import type { Asked } from "./confined-run.ts";
import { type AccountName, type ConfinedRunner, openRunner } from "./confined-runner.ts";

export interface ConfinedSuite {
  readonly runner: ConfinedRunner;
  /** Number of the test; unique within the suite. */
  readonly round: number;
  readonly base: string;
  /** The working directory of `shell`. */
  readonly work: string;
  /** A folder that nothing grants, holding the file `secret`. */
  readonly outside: string;
  /** Anyone may do anything in these by file permission, so that what is refused is refused by the sandbox. */
  readonly folder: (parent: string, name: string) => string;
  readonly file: (path: string, content: string, mode?: number) => string;
  readonly shell: (script: string, more?: Partial<Asked>) => Asked;
}

/** Opens an executor as `account` around the suite that calls this. */
export function confinedSuite(account: AccountName): ConfinedSuite {
  let runner: ConfinedRunner;
  let round = 0;
  const at = {
    get runner(): ConfinedRunner {
      return runner;
    },
    get round(): number {
      return round;
    },
    get base(): string {
      return `${runner.folder}/${round}`;
    },
    get work(): string {
      return `${at.base}/work`;
    },
    get outside(): string {
      return `${at.base}/outside`;
    },
    folder: (parent: string, name: string): string => {
      const path = `${parent}/${name}`;
      mkdirSync(path, { recursive: true });
      for (const made of [parent, path]) chmodSync(made, 0o777);
      return path;
    },
    file: (path: string, content: string, mode = 0o666): string => {
      writeFileSync(path, content);
      chmodSync(path, mode);
      return path;
    },
    shell: (script: string, more: Partial<Asked> = {}): Asked => {
      return { command: ["sh", "-c", script], directory: at.work, ...more };
    },
  };
  beforeAll(async () => {
    runner = await openRunner(account);
  });
  afterAll(() => runner.close());
  beforeEach(() => {
    round += 1;
    at.folder(at.base, "work");
    at.folder(at.base, "outside");
    at.file(`${at.outside}/secret`, "not granted\n");
  });
  return at;
}
