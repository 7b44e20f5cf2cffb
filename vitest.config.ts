import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    // Starters, solutions and mutants name rooms as notebooks do; tests run them on the sources, not on dist.
    alias: [
      { find: /^ringlab\/labs\/(.*)$/, replacement: here("labs/$1.ts") },
      { find: /^ringlab\/(?!package\.json$)(.*)$/, replacement: here("src/$1/index.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/needs.setup.ts"],
    reporters: process.env.CI ? ["default", "json"] : ["default"],
    outputFile: { json: "test/artifacts/results.json" },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
