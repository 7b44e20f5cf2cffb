/** `ringlab grade` as a process, and what it leaves behind. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { ROOT } from "../../../src/kernel/package.ts";

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Grading {
  process: ChildProcess;
  ended: Promise<Ended>;
  /** Resolves when so many submissions were reported done, or the command has ended. */
  reached(count: number): Promise<void>;
}

/** @param temporary its temporary folder; also what its processes are known by */
export function startGrading(temporary: string, ...args: string[]): Grading {
  mkdirSync(temporary, { recursive: true });
  const child = spawn(process.execPath, [join(ROOT, "bin/ringlab.js"), "grade", ...args], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  const waiting: { count: number; resolve: () => void }[] = [];
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
    const lines = stderr.match(/^ *\d+\/\d+ /gm)?.length ?? 0;
    for (const { count, resolve } of waiting) if (lines >= count) resolve();
  });
  const ended = new Promise<Ended>((resolve) =>
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr })),
  );
  const reached = (count: number) =>
    Promise.race([new Promise<void>((resolve) => waiting.push({ count, resolve })), ended.then(() => {})]);
  return { process: child, ended, reached };
}

export const grade = (temporary: string, ...args: string[]): Promise<Ended> =>
  startGrading(temporary, ...args).ended;

/** Hash and time of change by path; without log/, which tells of the day. */
export function tree(folder: string): Record<string, { hash: string; changed: number }> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !relative(folder, file).startsWith("log"));
  return Object.fromEntries(
    files.sort().map((file) => {
      const hash = createHash("sha256").update(readFileSync(file)).digest("hex");
      return [relative(folder, file), { hash, changed: statSync(file).mtimeMs }];
    }),
  );
}

export const hashes = (folder: string): Record<string, string> =>
  Object.fromEntries(Object.entries(tree(folder)).map(([path, { hash }]) => [path, hash]));

/** Processes whose command line or environment names the folder, but for those of one program. */
export function processesOf(folder: string, except?: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter(
      (pid) => except === undefined || basename(reads(`/proc/${pid}/cmdline`).split("\0")[0]!) !== except,
    )
    .filter((pid) => ["cmdline", "environ"].some((file) => reads(`/proc/${pid}/${file}`).includes(folder)))
    .map(Number);
}

function reads(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}

/** Looks until it is so, for a while. */
export async function eventually(holds: () => boolean, milliseconds = 15_000): Promise<boolean> {
  for (const end = Date.now() + milliseconds; Date.now() < end; ) {
    if (holds()) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return holds();
}
