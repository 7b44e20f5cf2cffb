/** The nanobenchmarks at one place. */
import { type Bits, buildNano, expectedNano, nanobenchmarksOf, perOperation } from "../../guests/index.ts";
import { type Place, runGuest } from "./systems.ts";

/** One operation. */
export interface NanoCost {
  benchmark: string;
  cycles: number;
  /** Exceptions that a monitor took. */
  traps: number;
  /** VM exits. */
  exits: number;
  /** Calls of the monitor by translated code. */
  callouts: number;
}

export function measureNano(place: Place, bits: Bits, iterations: number): NanoCost[] {
  const options = { bits, iterations, warmUp: Math.ceil(iterations / 10) };
  const { machine } = runGuest(place, {
    image: buildNano(options).image,
    expected: expectedNano(options),
    memory: 8,
  });
  const { marks } = machine.board.marker;
  const cycles = perOperation(marks, options, ({ cycle }) => cycle);
  const traps = perOperation(marks, options, ({ counts }) => counts.trap);
  const exits = perOperation(marks, options, ({ counts }) => counts.vmExit);
  const callouts = perOperation(marks, options, ({ counts }) => counts.callout);
  return nanobenchmarksOf(bits)
    .filter(({ name, loop }) => name !== loop)
    .map(({ name }) => ({
      benchmark: name,
      cycles: cycles.get(name)!,
      traps: traps.get(name)!,
      exits: exits.get(name)!,
      callouts: callouts.get(name)!,
    }));
}
