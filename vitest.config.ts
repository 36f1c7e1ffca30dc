import { defineConfig } from "vitest/config";

export default defineConfig({
  ssr: { resolve: { conditions: ["@headgate/source"] } },
  test: {
    exclude: ["**/node_modules/**", "**/dist/**"],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    passWithNoTests: false,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["{packages,apps}/*/{src,test}/**/*.test.ts", "{scripts,bench}/**/*.test.ts"],
          exclude: ["**/node_modules/**", "**/dist/**", "**/*.{redis,cluster}.test.ts"],
          maxWorkers: "100%",
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["{demo,test}/**/*.test.ts"],
          exclude: [
            "**/node_modules/**",
            "**/dist/**",
            "test/packages/**",
            "**/*.{redis,cluster}.test.ts",
          ],
          sequence: { groupOrder: 2 },
        },
      },
      {
        // Real servers with deadlines of milliseconds: one file at a time.
        extends: true,
        test: {
          name: "redis",
          include: ["{packages,apps,bench,test}/**/*.redis.test.ts"],
          globalSetup: "packages/redis-server-for-tests/test/install-once.ts",
          testTimeout: 60_000,
          maxWorkers: 1,
          sequence: { groupOrder: 4 },
        },
      },
      {
        // One cluster for all files, one file at a time; it is started by the first file that asks.
        extends: true,
        test: {
          name: "kubernetes",
          include: ["{packages,apps,test}/**/*.cluster.test.ts"],
          globalSetup: "packages/test-cluster/test/global-setup.ts",
          testTimeout: 120_000,
          hookTimeout: 300_000,
          maxWorkers: 1,
          sequence: { groupOrder: 5 },
        },
      },
      {
        // Installs from the registry and keeps both cores busy, so nothing that watches a clock runs beside it.
        extends: true,
        test: {
          name: "packages",
          include: ["test/packages/**/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
