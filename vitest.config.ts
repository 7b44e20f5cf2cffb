import { fileURLToPath } from "node:url";
import { configDefaults, defineConfig } from "vitest/config";
import { WIDE } from "./test/support/wide.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Whole files that start many programs, or take long; they run with RINGLAB_WIDE=all (npm run test:wide), as .ci/run does. */
const WIDE_FILES = [
  "test/cli/check/*.test.ts",
  "test/cli/labs.test.ts",
  "test/cli/notebook.test.ts",
  "test/e2e/*.test.ts",
  "test/grader/hostile/attacks.test.ts",
  "test/grader/sandbox/user.test.ts",
  "test/guests/io.test.ts",
  "test/guests/net.test.ts",
  "test/guests/transfer.test.ts",
  "test/kernel/conformance.test.ts",
  "test/grader/release/*.test.ts",
  "test/grader/run/class.test.ts",
  "test/kernel/nbclient.test.ts",
  "test/kernel/own/recovery.test.ts",
  "test/labs/02-modes-and-rings.test.ts",
  "test/labs/03-trap-and-emulate.test.ts",
  "test/labs/04-binary-translation.test.ts",
  "test/labs/notebook-run.test.ts",
  "test/server/page.test.ts",
  "test/virt/io/net/dissect.test.ts",
];

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
    exclude: [...configDefaults.exclude, ...(WIDE ? [] : WIDE_FILES)],
    globalSetup: ["test/support/needs.setup.ts"],
    reporters: process.env.CI ? ["default", "json"] : ["default"],
    outputFile: { json: "test/artifacts/results.json" },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
