// Test runner settings: one project; two depths from one source, chosen by WRIT_TEST_DEPTH (bounded | deep).
import { defineConfig, type ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "model/**/*.test.ts"],
    exclude: ["node_modules", "dist", ".stryker-tmp"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 3,
  },
});
export default config;
