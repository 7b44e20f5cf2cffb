/**
 * A class of three hundred made-up submissions of all kinds: how long it takes, whether it survives being killed twenty times,
 * and what one submission costs beside a plain vitest run of the same tests, which protects nobody from anybody.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import {
  eventually,
  type Grading,
  hashes,
  processesOf,
  startGrading,
} from "../../grader/run/command-line.ts";
import { LAB, synthesize } from "../../grader/run/submissions.ts";
import { plainRun } from "./plain-run.ts";

const COUNT = Number(process.env.RINGLAB_BENCH_COUNT ?? 300);
const KILLS = 20;
/** Correct submissions for the comparison. */
const COMPARED = 20;
const SEED = 4;

export async function bench(): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), "ringlab-bench-"));
  try {
    const kinds = new Map<string, number>();
    for (const { kind } of synthesize(join(home, "class"), COUNT, SEED))
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    const few = synthesize(join(home, "correct"), COMPARED, SEED, ["correct"]).map(({ id }) => id);

    const whole = await seconds(() => finish(start(home, "class", "out")));
    const again = await seconds(() => finish(start(home, "class", "out")));
    const ours = await seconds(() => finish(start(home, "correct", "out-correct")));
    const one = await seconds(() => finish(start(home, "class", undefined)));
    const plain = plainRun(join(home, "plain"), COMPARED);
    const vitest = await seconds(() => plain.all());
    const vitestOne = await seconds(() => plain.one());
    const killed = await kill(home, whole);
    return [
      `${COUNT} submissions: ${[...kinds].map(([kind, count]) => `${count} ${kind}`).join(", ")}.`,
      "",
      "| | s | submissions a minute |",
      "|---|---|---|",
      row("the class", whole, COUNT),
      row("again, nothing changed", again, COUNT),
      row(`${few.length} correct ones`, ours, few.length),
      row("the same in one plain vitest run", vitest, few.length),
      row("one correct one", one, 1),
      row("the same in a plain vitest run", vitestOne, 1),
      "",
      `Stuck longest: ${slowest(join(home, "out", "log")).join(", ")}.`,
      killed,
    ].join("\n");
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

const row = (what: string, time: number, count: number) =>
  `| ${what} | ${time.toFixed(1)} | ${((60 * count) / time).toFixed(0)} |`;

/** One submission of "correct", or a whole class into a folder. */
function start(home: string, what: string, out: string | undefined): Grading {
  const path = out === undefined ? join(home, "correct", "student-001.ts") : join(home, what);
  const into = out === undefined ? [] : ["--out", join(home, out)];
  return startGrading(join(home, "tmp"), path, "--lab", LAB, ...into);
}

async function finish(grading: Grading): Promise<void> {
  const { code, stderr } = await grading.ended;
  if (code !== 0) throw new Error(`ringlab grade ended with ${code}: ${stderr.slice(-2000)}`);
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

async function kill(home: string, whole: number): Promise<string> {
  const generator = xoroshiro128plus(SEED);
  let survived = 0;
  for (let count = 0; count < KILLS; count++) {
    const grading = start(home, "class", "out-killed");
    await sleep(uniformInt(generator, 200, Math.round((whole * 1000) / 8)));
    if (grading.process.exitCode === null) survived++;
    grading.process.kill("SIGKILL");
    await grading.ended;
    if (!(await eventually(() => processesOf(join(home, "tmp")).length === 0)))
      throw new Error(`processes live on: ${processesOf(join(home, "tmp")).join(", ")}`);
  }
  const last = await seconds(() => finish(start(home, "class", "out-killed")));
  const [one, other] = [hashes(join(home, "out")), hashes(join(home, "out-killed"))];
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  const different = [...names].filter((name) => one[name] !== other[name]);
  const left = readdirSync(join(home, "tmp"));
  return [
    `Killed ${KILLS} times (${survived} of them while it ran) and finished in another ${last.toFixed(1)} s:`,
    `${names.size - different.length} of ${names.size} files are byte-identical to those of the undisturbed run`,
    `${different.length > 0 ? `(not: ${different.slice(0, 10).join(", ")})` : ""}; ${left.length} temporary folders are left.`,
  ].join(" ");
}

/** The five that took longest in the first run. */
function slowest(logs: string): string[] {
  const [first = ""] = readdirSync(logs).sort();
  return readFileSync(join(logs, first), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { id: string; ms: number })
    .sort((a, b) => b.ms - a.ms)
    .slice(0, 5)
    .map(({ id, ms }) => `${id} ${(ms / 1000).toFixed(1)} s`);
}
