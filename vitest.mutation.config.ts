// Test runner settings of mutation runs: the tests of the rooms that are mutated, which start no process, so that a mutant
// is killed by a test of its own and not by a machine that is busy. The comparison of whole specs by decisions is left out:
// it takes longest, and what it finds has a test of its own.
import { defineConfig, type ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = defineConfig({
  test: {
    include: ["src/{names,spec,decide}/**/*.test.ts"],
    exclude: ["node_modules", "dist", "**/no-looser-decided.property.test.ts"],
    testTimeout: 60_000,
    env: { WRIT_TEST_DEPTH: "shallow" },
  },
});
export default config;
