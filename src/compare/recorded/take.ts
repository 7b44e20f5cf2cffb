/**
 * Makes the recorded run that ships with Ringlab from a run folder of this machine:
 *
 *     npm run compare:record
 *
 * which measures the scenario "short" on every target (about 25 minutes, as root, with the engines installed and the
 * machine otherwise quiet) and calls this with the folder. Nothing that names the machine gets in: paths, its name, who ran it.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, hostname, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PACKED, readRun } from "../analysis/read.ts";
import { CannotCompare } from "../errors.ts";
import { RECORDED } from "./recorded.ts";

/** Bytes of all files together. */
const MOST = 300_000;

/**
 * Packs the run folder `from` into `to`: of each target the log of its first measured repetition only, samples of measured
 * repetitions in one file.
 *
 * @throws {CannotCompare} when it is no complete run, when something still names this machine, or when it got too large
 */
export function take(from: string, to: string): void {
  const { facts, repetitions, torn } = readRun(from);
  if (torn || facts.ended === undefined)
    throw new CannotCompare(`${from} was interrupted: continue it with the same command first`);
  rmSync(to, { recursive: true, force: true });
  const files = new Map<string, string>();
  const copy = (file: string) => files.set(file, anonymous(readFileSync(join(from, file), "utf8")));
  files.set(
    "run.json",
    anonymous(`${JSON.stringify(JSON.parse(readFileSync(join(from, "run.json"), "utf8")))}\n`),
  );
  copy("repetitions.jsonl");
  if (existsSync(join(from, "prediction.json"))) copy("prediction.json");
  for (const { name } of facts.targets) {
    const first = repetitions.find(({ target, warmup }) => target === name && !warmup);
    if (first) copy(first.log);
  }
  // What is sampled on the host beside a container is what the container's own samples say.
  const machines = facts.targets.filter(({ kind }) => kind === "emulator" || kind === "virtual machine");
  const sampled = repetitions
    .filter(({ warmup }) => !warmup)
    .flatMap(({ target, samples, hostSamples }) =>
      machines.some(({ name }) => name === target) ? [samples, hostSamples] : [samples],
    );
  files.set(PACKED, sampled.map((file) => packed(from, file)).join(""));
  let bytes = 0;
  for (const [file, text] of files) {
    requireAnonymous(file, text);
    mkdirSync(dirname(join(to, file)), { recursive: true });
    writeFileSync(join(to, file), text);
    bytes += Buffer.byteLength(text);
  }
  if (bytes > MOST)
    throw new CannotCompare(`${to} has ${bytes} bytes, ${MOST} are allowed: take fewer cases`);
}

/** A line of PACKED: the file's name and what it holds. */
function packed(from: string, file: string | undefined): string {
  if (file === undefined) return "";
  const lines = readFileSync(join(from, file), "utf8").trimEnd().split("\n");
  return `{"file":${JSON.stringify(file)},"samples":[${lines.join(",")}]}\n`;
}

/** Folders of a run become their names; the kernel's release loses what its builder appended. */
function anonymous(text: string): string {
  return text
    .replace(/(?:\/[^\s"'=:,/]+)+\/ringlab-compare-\w{6,}/g, "/SCRATCH")
    .replace(/\bringlab-compare-\w{6,}/g, "ringlab")
    .replace(/(?:\/[^\s"'=:,/]+)*\/((?:rootfs|boot)-\w+)/g, "/CACHE/$1")
    .replace(/("kernel":\s*")(\d+(?:\.\d+)*)[^"]*/g, "$1$2");
}

/** What the replacements above did not know. */
function requireAnonymous(file: string, text: string): void {
  const { username } = userInfo();
  const names = [hostname(), homedir(), process.cwd(), ...(username === "root" ? [] : [username])];
  const paths = /(?<![\w.])\/(?:tmp|home|root|var|mnt|Users|srv|opt)\/[^\s"']*/.exec(text)?.[0];
  const told = names.find((name) => text.split(/[^\w./-]+/).includes(name)) ?? paths;
  if (told !== undefined) throw new CannotCompare(`${file} would tell ${told}: mend anonymous() of take.ts`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) take(process.argv[2]!, RECORDED);
