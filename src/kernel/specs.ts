/** The kernelspecs that Ringlab brings: its own kernel, and tslab behind a wrapper. */
import { join } from "node:path";
import { ROOT } from "./package.ts";

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

/** In the metadata of every kernelspec of ours, whatever its command line: by it the installer knows them again. */
export const ORIGIN = "ringlab";

const file = (path: string) => join(ROOT, path);

const spec = (name: string, display_name: string, program: string[]): KernelSpec => ({
  name,
  argv: [process.execPath, ...program, "{connection_file}"],
  display_name,
  language: "typescript",
  interrupt_mode: "message",
  env: {},
  metadata: { debugger: false, origin: ORIGIN },
});

export const SPECS: readonly KernelSpec[] = [
  // Past the command line: loading it costs as much as the kernel's own start.
  spec("ringlab", "TypeScript (Ringlab)", [file("dist/src/kernel/own/main.js")]),
  spec("ringlab-tslab", "TypeScript (tslab, Ringlab)", [
    file("bin/ringlab.js"),
    "kernel",
    "start",
    "--engine",
    "tslab",
  ]),
];

export const DEFAULT_SPEC = SPECS[0] as KernelSpec;

export function findSpec(name: string): KernelSpec | undefined {
  return SPECS.find((candidate) => candidate.name === name);
}
