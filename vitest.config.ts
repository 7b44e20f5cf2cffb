import { fileURLToPath } from "node:url";
import { configDefaults, defineConfig } from "vitest/config";
import { WIDE } from "./test/support/wide.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Whole files that start many programs, or take long: only with RINGLAB_WIDE=all (npm run test:wide), as .ci/run does. */
const WIDE_FILES = [
  "test/cli/boot.test.ts",
  "test/cli/check/*.test.ts",
  "test/cli/debug.test.ts",
  "test/cli/gdb.test.ts",
  "test/cli/labs.test.ts",
  "test/cli/notebook.test.ts",
  "test/e2e/*.test.ts",
  "test/experiments/parallel.test.ts",
  "test/experiments/qemu-docker.test.ts",
  "test/experiments/sensitive-instructions.test.ts",
  "test/grader/hostile/attacks.test.ts",
  "test/grader/sandbox/container.test.ts",
  "test/grader/sandbox/user.test.ts",
  "test/guests/io.test.ts",
  "test/guests/net.test.ts",
  "test/guests/qemu.test.ts",
  "test/guests/transfer.test.ts",
  "test/kernel/conformance.test.ts",
  "test/grader/release/*.test.ts",
  "test/grader/run/class.test.ts",
  "test/kernel/execute.test.ts",
  "test/kernel/nbclient.test.ts",
  "test/kernel/own/recovery.test.ts",
  "test/labs/02-modes-and-rings.test.ts",
  "test/labs/03-trap-and-emulate.test.ts",
  "test/labs/04-binary-translation.test.ts",
  "test/labs/06-paravirt-ops.test.ts",
  "test/labs/16-qemu-vs-docker.test.ts",
  "test/labs/notebook-run.test.ts",
  "test/server/page.test.ts",
  "test/server/save.test.ts",
  "test/systems/systems.test.ts",
  "test/virt/io/net/dissect.test.ts",
  "test/virt/os/container/inside.test.ts",
  "test/virt/os/container/runc.test.ts",
  "test/virt/os/image/podman.test.ts",
];

/** Real engines under full load, and the machine compared before and after: nothing may run beside them. */
const ALONE = "test/compare/real/*.test.ts";

/** Files that do more with RINGLAB_WIDE=all, and something every day. */
const WIDER_FILES = [
  "test/experiments/figures.test.ts",
  "test/grader/bundle/bundle.test.ts",
  "test/grader/verify/*.test.ts",
  "test/machine/fuzz/*.test.ts",
  "test/machine/oracle.test.ts",
  "test/notebooks.test.ts",
  "test/virt/cpu/*/engine.test.ts",
  "test/virt/cpu/interpret.test.ts",
  "test/virt/cpu/paravirt/paravirt.test.ts",
];

/** Rooms whose tests change nothing of their process, but for the files that put a function of theirs in a module's place. */
const ROOMS = [
  "course",
  "experiments",
  "fidelity",
  "formal",
  "guests",
  "labs",
  "machine",
  "plots",
  "systems",
  "virt",
];
const TOGETHER = ROOMS.map((room) => `test/${room}/**/!(flat|repeat).test.ts`);
const exclude = [...configDefaults.exclude, ALONE, ...(WIDE ? [] : WIDE_FILES)];
const wide = [...WIDE_FILES, ...WIDER_FILES];
const isTogether = (files: string) => ROOMS.some((room) => files.startsWith(`test/${room}/`));

export default defineConfig({
  resolve: {
    // Starters, solutions and mutants name rooms as notebooks do; tests run them on the sources, not on dist.
    alias: [
      { find: /^ringlab\/labs\/(.*)$/, replacement: here("labs/$1.ts") },
      { find: /^ringlab\/(?!package\.json$)(.*)$/, replacement: here("src/$1/index.ts") },
    ],
  },
  test: {
    globalSetup: ["test/support/needs.setup.ts"],
    reporters: process.env.CI ? ["default", "json"] : ["default"],
    outputFile: { json: "test/artifacts/results.json" },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores are what the suite is measured on; simulators don't gain from more threads than cores.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: "together",
          include: WIDE ? wide.filter(isTogether) : TOGETHER,
          exclude,
          // One process for all files, so that it loads the simulator, assembles the BIOS and kernels and compiles hot loops once.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: "apart",
          include: WIDE ? wide.filter((files) => !isTogether(files)) : ["test/**/*.test.ts"],
          // A process for each file: what it starts, listens to, and sets in its environment ends with it.
          exclude: [...exclude, ...TOGETHER],
        },
      },
      ...(WIDE
        ? [{ extends: true as const, test: { name: "alone", include: [ALONE], sequence: { groupOrder: 1 } } }]
        : []),
    ],
  },
});
