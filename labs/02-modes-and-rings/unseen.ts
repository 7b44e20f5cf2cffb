/** States and instructions that nobody has seen: drawn from a seed, and judged by the library. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { type Check, check, present, runChecks } from "../../src/course/index.ts";
import {
  classify,
  DIFFERENCES,
  entryOf,
  LEAKS,
  type Leak,
  type Outcome,
  type Probe,
} from "../../src/experiments/index.ts";
import { arrivesAt, shows } from "./check-boot.ts";
import type { Classified, ModesAndRings, Verdict } from "./component.ts";
import { LAB } from "./contract.ts";
import { canonical } from "./describe.ts";
import { SCENARIOS } from "./scenarios.ts";
import { completes, probe, traps, trial } from "./trials.ts";

type Draw = (upTo: number) => number;
const COUNT = 100;
const PER_PROCESSOR = 5;
const NAMES = ["VERR", "VERW", "LDS", "LES", "MOV", "POPF", "ADD", "STR", "IRET", "CALL"];

/** What a run may leave: in one of two values, or nothing. */
function randomRecord<T>(draw: Draw, names: readonly string[], values: readonly [T, T]): Record<string, T> {
  const chosen = names.flatMap((name) => {
    const value = values[draw(6)];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(chosen);
}

function randomOutcome(draw: Draw): Outcome {
  if (draw(5) === 0) return traps(draw(2) ? 13 : 6);
  return completes(
    randomRecord(draw, ["ecx", "[7fc]"], [8, 9]),
    randomRecord(draw, ["DS", "IF", "IOPL", "port"], ["0", "1"]),
  );
}

function randomProbe(mnemonic: string, draw: Draw): Probe {
  const trials = Array.from({ length: 1 + draw(3) }, () => {
    const first = randomOutcome(draw);
    const second = draw(3) ? first : randomOutcome(draw);
    return trial(first, second, DIFFERENCES[draw(2) ? 0 : draw(DIFFERENCES.length)]);
  });
  return probe(mnemonic, ...trials);
}

/** What C13 and C14 say, once more: naive, an instruction and a leak at a time. */
export function judge(instructions: readonly Classified[]): Verdict {
  const entries: string[] = [];
  const leaks = Object.fromEntries(LEAKS.map((leak): [Leak, string[]] => [leak, []])) as Verdict["leaks"];
  for (const { mnemonic, entry, outcome, leaks: shown } of instructions) {
    if (outcome !== "differs") continue;
    if (!entries.includes(entry)) entries.push(entry);
    for (const leak of shown) leaks[leak].push(mnemonic);
  }
  return { virtualizable: entries.length === 0, entries, leaks };
}

/** The boot path from other states, and a hundred instructions. */
export function unseen(seed: number): readonly Check<ModesAndRings>[] {
  const generator = xoroshiro128plus(seed);
  const draw: Draw = (upTo) => uniformInt(generator, 0, upTo - 1);
  const start = 1000 + draw(2 ** 30);
  const probes = Array.from({ length: COUNT }, (_, n) => randomProbe(`I${n + 1}`, draw));
  const classified = probes.map((one, n): Classified => {
    const mnemonic = NAMES[n % NAMES.length] as string;
    return { mnemonic, entry: entryOf(mnemonic), ...classify(one) };
  });
  const processors = Array.from({ length: COUNT / PER_PROCESSOR }, (_, n) =>
    classified.slice(n * PER_PROCESSOR, (n + 1) * PER_PROCESSOR),
  );
  return [
    arrivesAt("protect", "C1", start, "protect, from another state"),
    shows("protect", "C2", start, "protect, its segments"),
    shows("protect", "C3", start + 1, "protect, what it must not touch"),
    shows("map", "C4", start, "map, its tables"),
    shows("map", "C5", start + 1, "map, what it must not touch"),
    arrivesAt("lengthen", "C6", start, "lengthen, from another state"),
    shows("lengthen", "C6", start + 1, "lengthen, what it must not touch"),
    check({
      ...{ part: "classify", clause: "C8", name: `classify, ${COUNT} instructions` },
      scenario: SCENARIOS["classify-many"],
      input: probes,
      expected: probes.map((one) => canonical(classify(one))),
    }),
    check({
      ...{ part: "verdict", clause: "C13", name: `the verdict, ${processors.length} processors` },
      scenario: SCENARIOS["verdict-many"],
      input: processors,
      expected: processors.map(judge),
    }),
  ];
}

/** Runs the component on what a seed draws, in the notebook, and shows where it first goes wrong. */
export function checkUnseen(seed: number, component: Partial<ModesAndRings>): void {
  present(runChecks(LAB, `Seed ${seed}`, unseen(seed), component));
}
