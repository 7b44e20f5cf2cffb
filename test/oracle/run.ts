/**
 * The oracle: random instruction sequences on our processor and on QEMU's, in every mode.
 *
 *     npm run oracle -- --seed 1 --cases 20000 --world long
 *
 * Ends with 1 when something differs that explained/ does not explain; each such case is shrunk and printed.
 */
import { parseArgs } from "node:util";
import { describe } from "./describe.ts";
import { explain } from "./explained/index.ts";
import { drawCases } from "./generate/generate.ts";
import { runOurs } from "./ours.ts";
import { MODEL, runQemu } from "./qemu.ts";
import { type Arena, judge, judgeAlone, shrink } from "./shrink.ts";
import { Tally } from "./tally.ts";
import { build, programs, WORLDS, type World } from "./world.ts";

const USAGE = `npm run oracle -- [--seed N] [--cases N] [--world ${WORLDS.join("|")}|all] [--rounds N] [--raw]

  --seed    names the cases: the same seed draws the same ones (1)
  --cases   cases of each world and round, at most 32768 (5000)
  --world   real: real mode; flat, legacy, pae: protected and v86 mode without paging and with both kinds;
            long: IA-32e mode (all)
  --rounds  with seeds N, N + 1, … (1)
  --raw     print what differs as it was found, not shrunk`;

const MOST_SHRUNK = 40;
/** Steps for a case that runs alone: a branch astray can loop for long. */
const PATIENT = 20_000_000;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: "string", default: "1" },
      cases: { type: "string", default: "5000" },
      world: { type: "string", default: "all" },
      rounds: { type: "string", default: "1" },
      raw: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const number = (name: "seed" | "cases" | "rounds", low: number, high: number) => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < low || value > high)
      throw new Error(`--${name} ${values[name]}: it must be a whole number from ${low} to ${high}`);
    return value;
  };
  const worlds = values.world === "all" ? WORLDS : WORLDS.filter((world) => world === values.world);
  if (worlds.length === 0) throw new Error(`--world ${values.world}: there are ${WORLDS.join(", ")} and all`);
  const seed = number("seed", 0, 2 ** 31);
  const cases = number("cases", 1, 32768);
  console.log(`qemu-system-x86_64 -accel tcg -cpu ${MODEL}`);
  const tally = new Tally();
  for (let round = 0; round < number("rounds", 1, 1000); round++)
    for (const world of worlds) await compareWorld(world, seed + round, cases, tally, values.raw);
  console.log(`\n${tally}`);
  return tally.unexplained === 0 ? 0 : 1;
}

async function compareWorld(world: World, seed: number, count: number, tally: Tally, raw: boolean) {
  const ground = build(world, seed, programs());
  const arena: Arena = {
    ours: runOurs,
    theirs: (ram) => runQemu(ram, programs().rom),
    ground,
    known: (failure) => explain(failure) !== undefined,
  };
  const before = tally.instructions;
  const open = [];
  for (const failure of await judge(arena, drawCases(world, ground, seed, count))) {
    const explanation = explain(failure);
    if (failure.differences.length > 0 && explanation === undefined) open.push(failure.of);
    else tally.add(failure, explanation);
  }
  // What a case left in memory outside of the window can differ for an explained reason, and meet a later one.
  const real = [];
  for (const failure of await judgeAlone({ ...arena, ours: (ram) => runOurs(ram, PATIENT) }, open)) {
    const explanation = explain(failure);
    tally.add(failure, explanation);
    if (failure.differences.length > 0 && explanation === undefined) real.push(failure);
  }
  const instructions = tally.instructions - before;
  console.log(
    `${world.padEnd(6)} seed ${seed}: ${count} cases, ${instructions} instructions, ${open.length} run again alone, ${real.length} unexplained`,
  );
  const some = real.slice(0, MOST_SHRUNK);
  for (const failure of raw ? some : await shrink(arena, some)) console.log(`\n${describe(world, failure)}`);
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
