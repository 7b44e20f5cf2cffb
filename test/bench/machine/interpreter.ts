/**
 * The interpreter beside v86's with its JIT disabled: the loops of loops.asm.ts in turns, round by round, so that a busy computer slows
 * both. Each emulator has a process for all loops, keeps its machine over a loop's rounds and had one to warm up; each figure is the
 * median.
 */
import { Emulator } from "./emulator.ts";
import { INSTRUCTIONS, LOOPS, type Loop } from "./loops.asm.ts";

const ROUNDS = 7;
/** Turns of a round: a tenth of a second and more. */
const TURNS: Readonly<Record<Loop, number>> = {
  alu: 2e6,
  call: 2e6,
  memory: 2e6,
  int80: 8e5,
  pagefault: 3e5,
  cr3: 1.5e5,
};

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] as number;
}

/** Million instructions, or turns, a second. */
async function measure(loop: Loop, emulators: readonly Emulator[]): Promise<number[]> {
  const turns = TURNS[loop];
  const times: number[][] = emulators.map(() => []);
  for (let round = 0; round <= ROUNDS; round++)
    for (const [i, emulator] of emulators.entries()) {
      const time = await emulator.run({ loop, turns });
      if (round > 0) times[i]?.push(time);
    }
  const millions = (turns * (INSTRUCTIONS[loop] ?? 1)) / 1e6;
  return times.map((milliseconds) => millions / (median(milliseconds) / 1000));
}

export async function bench(): Promise<string> {
  const emulators = [new Emulator("ours"), new Emulator("v86")];
  const rows: string[] = [];
  for (const loop of LOOPS) {
    const [ours, theirs] = (await measure(loop, emulators)) as [number, number];
    const unit = INSTRUCTIONS[loop] === undefined ? "turns" : "instructions";
    rows.push(
      `| ${loop} | ${unit} | ${ours.toFixed(2)} | ${theirs.toFixed(2)} | ${(ours / theirs).toFixed(2)} |`,
    );
  }
  for (const emulator of emulators) emulator.end();
  return [
    "| loop | million a second | ours | v86, no JIT | ours / v86 |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}
