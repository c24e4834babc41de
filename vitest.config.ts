// Test runner settings; two depths from one source, chosen by WRIT_TEST_DEPTH (bounded | deep).
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What takes long, longest first: a file of many seconds that starts last leaves the other workers nothing to do. */
const LONG: readonly string[] = [
  "test/e2e/p2-",
  "test/e2e/day.",
  "test/gate/attack-lives.",
  "test/enforce/attacks.",
  "src/governor/",
  "test/e2e/",
  "src/enforce/gate/connection/",
  "src/decide/no-looser-decided.",
  "test/",
  "src/enforce/",
];

class LongestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return Promise.resolve(files.toSorted((left, right) => rank(left) - rank(right)));
  }
}

function rank({ moduleId }: TestSpecification): number {
  const at = LONG.findIndex((part) => moduleId.includes(`/${part}`));
  return at < 0 ? LONG.length : at;
}

/** Rooms whose code and tests start nothing and keep nothing: their tests share a process, which saves loading them anew. */
const PURE: readonly string[] = ["src/{stdx,names,spec,task,decide}/**/*.test.ts", "model/**/*.test.ts"];

const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: "pure", include: [...PURE], isolate: false } },
      {
        extends: true,
        test: {
          name: "whole",
          include: ["src/**/*.test.ts", "test/**/*.test.ts"],
          exclude: ["node_modules", "dist", ".stryker-tmp", ...PURE],
        },
      },
    ],
    testTimeout: process.env["WRIT_TEST_DEPTH"] === "deep" ? 7_200_000 : 60_000,
    hookTimeout: 60_000,
    maxWorkers: 3,
    maxConcurrency: 2,
    sequence: { sequencer: LongestFirst },
  },
});
export default config;
