// Test runner settings; two depths from one source, chosen by WRIT_TEST_DEPTH (bounded | deep).
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What takes long, longest first: a file of many seconds that starts last leaves the other workers nothing to do. */
const LONG: readonly string[] = [
  "test/challenge/light.",
  "test/e2e/p2-",
  "test/e2e/day.",
  "test/e2e/p9-",
  "test/gate/attack-lives.",
  "test/enforce/attacks.",
  "src/governor/",
  "src/enforce/executor-network.",
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

/** Tests that leave nothing behind in their own process: they share it, which saves loading the same modules anew. */
const SHARED: readonly string[] = [
  "src/{stdx,names,spec,task,decide,measure,facts,ledger}/**/*.test.ts",
  "src/enforce/{writ,seccomp}/*.test.ts",
  "src/enforce/gate/{certificates,credentials,dns,first-bytes,http,opaque,scan}/*.test.ts",
  "model/**/*.test.ts",
  "test/{docs,e2e,language}/**/*.test.ts",
];

const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: "shared", include: [...SHARED], isolate: false } },
      {
        extends: true,
        test: {
          name: "apart",
          include: ["src/**/*.test.ts", "test/**/*.test.ts"],
          exclude: ["node_modules", "dist", ".stryker-tmp", ...SHARED],
        },
      },
    ],
    testTimeout: process.env["WRIT_TEST_DEPTH"] === "deep" ? 7_200_000 : 60_000,
    hookTimeout: 60_000,
    globalSetup: ["test/build-package.ts"],
    // More than cores: half of a worker's time is waiting for processes, sockets and clocks.
    maxWorkers: 4,
    maxConcurrency: 2,
    sequence: { sequencer: LongestFirst },
  },
});
export default config;
