/** What one operation of a workload costs, once everything that happens the first time has happened. */
import { buildGuest, expectedOutput, findWorkload, type GuestOptions } from "../../guests/index.ts";
import { type Place, runGuest } from "./systems.ts";

/** Of one operation. */
export interface Cost {
  readonly cycles: number;
  /** That the processor retired: the guest's own, and translated code. */
  readonly instructions: number;
  /** The guest's own that the processor executed as they are. */
  readonly untouched: number;
  /** Ways out of the guest, by cause; a cause that did not occur is absent. */
  readonly crossings: ReadonlyMap<string, number>;
}

function combine(a: Cost, b: Cost, by: (a: number, b: number) => number): Cost {
  const causes = [...new Set([...a.crossings.keys(), ...b.crossings.keys()])];
  const crossings = causes
    .map((cause) => [cause, by(a.crossings.get(cause) ?? 0, b.crossings.get(cause) ?? 0)] as const)
    .filter(([, count]) => count !== 0);
  return {
    cycles: by(a.cycles, b.cycles),
    instructions: by(a.instructions, b.instructions),
    untouched: by(a.untouched, b.untouched),
    crossings: new Map(crossings),
  };
}

export const minus = (a: Cost, b: Cost): Cost => combine(a, b, (x, y) => x - y);

/**
 * A run of twice as many operations less one of so many: what beginning and ending cost is in both.
 * @param times what the workload's parameter for repetitions is in the shorter run
 */
export function slope(place: Place, guest: GuestOptions, times: number): Cost {
  const [few, many] = [measure(place, guest, times), measure(place, guest, 2 * times)];
  const more = minus(many.cost, few.cost);
  const operations = many.operations - few.operations;
  return combine(more, more, (total) => total / operations);
}

const REPETITIONS = ["iterations", "rounds", "pages", "events", "steps", "sectors"];

function measure(place: Place, guest: GuestOptions, times: number): { cost: Cost; operations: number } {
  const workload = findWorkload(guest.workload);
  const count = REPETITIONS.find((name) => name in workload.parameters)!;
  const parameters = { ...guest.parameters, [count]: times };
  const { machine, notes } = runGuest(place, {
    image: buildGuest({ ...guest, ...place.system.guest, parameters, timerHz: 0 }).image,
    expected: expectedOutput(guest.workload, parameters),
  });
  const [from, to] = machine.board.marker.marks.map(({ cycle, retired }, at) => ({
    cycles: cycle,
    instructions: retired,
    ...notes[at]!,
  }));
  const defaults = Object.entries(workload.parameters).map(([name, parameter]) => [name, parameter.default]);
  const operations = workload.operations({ ...Object.fromEntries(defaults), ...parameters });
  return { cost: minus(to!, from!), operations };
}
