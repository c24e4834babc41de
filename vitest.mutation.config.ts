// Test runner settings of mutation runs: the tests of the rooms that are mutated, which start no process, so that a mutant
// is killed by a test of its own and not by a machine that is busy. The comparison of whole specs by decisions is left out:
// it takes longest, and what it finds has a test of its own.
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** A mutant ends with the first test that fails, and most fail an example in milliseconds. */
class ExamplesFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return Promise.resolve(files.toSorted((left, right) => rank(left) - rank(right)));
  }
}

function rank({ moduleId }: TestSpecification): number {
  return moduleId.endsWith(".property.test.ts") ? 1 : 0;
}

/** The rooms that are mutated, as scripts/mutation.ts was told: `scan/novelty decide`. */
const rooms: readonly string[] = (process.env["WRIT_MUTATED"] ?? "names spec decide").split(" ");

const config: ViteUserConfig = defineConfig({
  test: {
    include: rooms.map((room) => `src/${room}/**/*.test.ts`),
    exclude: ["node_modules", "dist", "**/no-looser-decided.property.test.ts"],
    testTimeout: 60_000,
    // These rooms keep no state between tests, and loading them anew for each file would take most of a run.
    isolate: false,
    sequence: { sequencer: ExamplesFirst },
    env: { WRIT_TEST_DEPTH: "shallow" },
  },
});
export default config;
