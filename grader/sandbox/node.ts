/** Node as it is started inside of a sandbox: its flags, its memory limit, and the files that it is made of. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import type { Limits } from "./contract.ts";

const MEBIBYTE = 2 ** 20;
/** Young generation (3 semi-spaces of 16 MiB), stacks of threads that start on demand (8 MiB each), the compilers' zones. */
export const OVERHEAD = 112 * MEBIBYTE;

export const nodeFlags = (limits: Limits): string[] => [
  `--max-old-space-size=${limits.megabytes}`,
  "--no-addons",
  "--no-warnings",
];

/**
 * RLIMIT_DATA in bytes. The kernel counts private writable pages, hence heap, ArrayBuffers and WebAssembly memories alike,
 * but also V8's range for compiled code, 512 MiB at once since Node 24: what this Node has at rest is therefore measured.
 */
export const dataLimit = (limits: Limits): number => dataAtRest() + OVERHEAD + limits.megabytes * MEBIBYTE;

let atRest: number | undefined;

function dataAtRest(): number {
  if (atRest !== undefined) return atRest;
  const script = "fs.readFileSync('/proc/self/status', 'utf8').match(/VmData:\\s*(\\d+) kB/)[1]";
  const { stdout } = spawnSync(process.execPath, ["-p", script], { env: {}, encoding: "utf8" });
  const kibibytes = Number(stdout);
  if (!kibibytes) throw new Error("cannot measure Node's memory: /proc/self/status has no VmData");
  atRest = kibibytes * 1024;
  return atRest;
}

/** What must be visible so that this Node starts: itself, its shared libraries, the modules that Debian keeps apart. */
export const nodeFiles = (): string[] => [
  ...filesOf(process.execPath),
  ...["/usr/share/nodejs"].filter((folder) => existsSync(folder)),
];

const known = new Map<string, string[]>();

/** A program and its shared libraries, by the names under which it looks for them. */
export function filesOf(program: string): string[] {
  let files = known.get(program);
  if (!files) {
    // The dynamic loader itself says what it would load; ldd asks it in the same way.
    const { stdout } = spawnSync(program, { env: { LD_TRACE_LOADED_OBJECTS: "1" }, encoding: "utf8" });
    const libraries = [...stdout.matchAll(/(?:=> |^\s*)(\/\S.*?) \(0x[0-9a-f]+\)$/gm)].map(
      (match) => match[1]!,
    );
    files = [program, ...libraries];
    known.set(program, files);
  }
  return files;
}
