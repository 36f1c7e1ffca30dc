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
          maxWorkers: "100%",
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["{demo,test}/**/*.test.ts"],
          exclude: ["**/node_modules/**", "**/dist/**", "test/packages/**"],
          sequence: { groupOrder: 2 },
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
