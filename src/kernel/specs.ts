/** The kernelspecs that Ringlab brings: its own kernel, and tslab behind a wrapper. */
import { fileURLToPath } from "node:url";

/** kernel.json as Jupyter reads it (Jupyter client documentation, "Kernel specs"), with its name. */
export interface KernelSpec {
  name: string;
  /** `{connection_file}` stands for the path that the launcher writes. */
  argv: string[];
  display_name: string;
  language: string;
  interrupt_mode: "message" | "signal";
  env: Record<string, string>;
  metadata: Record<string, unknown>;
}

/** The command itself, two folders above dist/src/kernel and one above src/kernel. */
const command = fileURLToPath(
  new URL(import.meta.resolve("ringlab/package.json")).href.replace(/package\.json$/, "bin/ringlab.js"),
);

const spec = (name: string, display_name: string, engine: string): KernelSpec => ({
  name,
  argv: [
    process.execPath,
    command,
    "kernel",
    "start",
    ...(engine === "own" ? [] : ["--engine", engine]),
    "{connection_file}",
  ],
  display_name,
  language: "typescript",
  interrupt_mode: "message",
  env: {},
  metadata: { debugger: false },
});

export const SPECS: readonly KernelSpec[] = [
  spec("ringlab", "TypeScript (Ringlab)", "own"),
  spec("ringlab-tslab", "TypeScript (tslab, Ringlab)", "tslab"),
];

export const DEFAULT_SPEC = SPECS[0] as KernelSpec;

export function findSpec(name: string): KernelSpec | undefined {
  return SPECS.find((candidate) => candidate.name === name);
}
