// Test runner settings of mutation runs: the tests of the rooms that are mutated and of those below them, which start no
// process, so that a mutant is killed by a test of its own and not by a machine that is busy.
import { defineConfig, type ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = defineConfig({
  test: {
    include: ["src/{stdx,names,spec,task,decide}/**/*.test.ts"],
    exclude: ["node_modules", "dist"],
    testTimeout: 60_000,
    env: { WRIT_TEST_DEPTH: "shallow" },
  },
});
export default config;
