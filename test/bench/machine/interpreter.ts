/**
 * The interpreter beside v86's with its JIT disabled: the loops of loops.asm.ts, in one process and in turns, round by round, so that
 * a busy machine slows both. Each emulator keeps its machine over the rounds and had one to warm up; each figure is the median.
 */
import { assemble } from "../../../src/machine/isa/asm/assemble.ts";
import { loadMultiboot } from "../../../src/machine/load/multiboot.ts";
import { Machine } from "../../../src/machine/machine.ts";
import { INSTRUCTIONS, LOOPS, type Loop, SOURCE, WATCH_PORT } from "./loops.asm.ts";
import { MEMORY, processorTime, type Runner } from "./timing.ts";
import { v86Runner } from "./v86.ts";

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

function ownRunner(image: Uint8Array): Runner {
  const machine = new Machine({ memory: MEMORY });
  loadMultiboot({ bus: machine.bus, fwCfg: machine.board.fwCfg }, image);
  let started = 0;
  let taken = 0;
  let goOn = 1;
  machine.bus.mapPorts(WATCH_PORT, WATCH_PORT, {
    in: () => goOn,
    out(_port, value) {
      if (value === 1) {
        started = processorTime();
        return;
      }
      taken = processorTime() - started;
      goOn = 0;
      machine.cpu.stop = { reason: "off" };
      machine.clock.attend();
    },
  });
  return async () => {
    goOn = 1;
    const stop = machine.run();
    if (stop.reason !== "off") throw new Error(`the loop ended with ${JSON.stringify(stop)}`);
    return taken;
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] as number;
}

/** Million instructions, or turns, a second. */
async function measure(loop: Loop): Promise<{ ours: number; theirs: number }> {
  const image = assemble(SOURCE, { defines: { LOOP: LOOPS.indexOf(loop), COUNT: TURNS[loop] } }).bytes;
  const ours = ownRunner(image);
  const theirs = await v86Runner(image);
  const times: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    const own = await ours();
    const other = await theirs.run();
    if (round === 0) continue;
    times.ours.push(own);
    times.theirs.push(other);
  }
  await theirs.end();
  const millions = (TURNS[loop] * (INSTRUCTIONS[loop] ?? 1)) / 1e6;
  const rate = (milliseconds: readonly number[]) => millions / (median(milliseconds) / 1000);
  return { ours: rate(times.ours), theirs: rate(times.theirs) };
}

export async function bench(): Promise<string> {
  const rows: string[] = [];
  for (const loop of LOOPS) {
    const { ours, theirs } = await measure(loop);
    const unit = INSTRUCTIONS[loop] === undefined ? "turns" : "instructions";
    rows.push(
      `| ${loop} | ${unit} | ${ours.toFixed(2)} | ${theirs.toFixed(2)} | ${(ours / theirs).toFixed(2)} |`,
    );
  }
  return [
    "| loop | million a second | ours | v86, no JIT | ours / v86 |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}
