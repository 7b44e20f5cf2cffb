/** Hidden tests of lab 04: fragments of each kind that nobody has seen, and how often they leave the cache. */
import type { Translator } from "../../labs/04-binary-translation/component.ts";
import { fragmentsCheck } from "../../labs/04-binary-translation/expected.ts";
import { KINDS, type PartName } from "../../labs/04-binary-translation/fragments.ts";
import type { Counts } from "../../labs/04-binary-translation/play.ts";
import { type Fragment, METHODS } from "../../labs/04-binary-translation/scenarios.ts";
import { ticking } from "../../labs/04-binary-translation/world.ts";
import type { HiddenTest } from "../run/kit.ts";
import { drawFor } from "./cases.ts";

/** A kind of fragments, the clause that it is about, and what is counted. */
type About = readonly [kind: string, clause: string, counting?: readonly (keyof Counts)[]];

const TESTS: Readonly<Record<PartName, readonly About[]>> = {
  branches: [
    ["jumps", "C2"],
    ["conditions", "C2"],
    ["loops", "C2"],
    ["calls", "C3"],
    ["indirect calls and jumps", "C3"],
  ],
  sensitive: [
    ["flags", "C4", ["emulate", "traps"]],
    ["selectors", "C4", ["emulate", "traps"]],
    ["tables and status", "C4"],
    ["what has to go to the monitor", "C4"],
    ["privileged instructions", "C5", ["traps"]],
    ["all kinds together", "C1"],
  ],
  interrupts: [
    ["behind STI", "C6"],
    ["between STI and CLI", "C6"],
    ["a processor that sleeps", "C6"],
    ["behind a branch", "C6"],
    ["in a loop", "C6"],
  ],
  chain: [
    ["loops", "C7", ["branch"]],
    ["branches", "C7", ["branch"]],
    ["calls", "C7", ["branch"]],
    ["long ways", "C7", ["branch"]],
  ],
  invalidate: [
    ["a byte in the middle", "C9", ["blocks"]],
    ["the first and the last byte", "C9", ["blocks"]],
    ["two blocks at once", "C9", ["blocks"]],
    ["code that stays", "C9", ["blocks"]],
    ["branches that lead there", "C10", ["blocks"]],
    ["a function that two others call", "C10", ["blocks"]],
  ],
};

/** Fragments of a test. */
const COUNT = 4;

export function hidden(seed: number): HiddenTest<Translator>[] {
  return [
    ...(Object.keys(TESTS) as PartName[]).flatMap((part) =>
      TESTS[part].map((about) => ofKind(part, about, seed)),
    ),
    timer(seed),
  ];
}

function ofKind(part: PartName, [kind, clause, counting]: About, seed: number): HiddenTest<Translator> {
  const draw = drawFor(seed, `${part}: ${kind}`);
  const make = (KINDS[part] as Readonly<Record<string, (draw: (below: number) => number) => string>>)[kind]!;
  const fragments = Array.from(
    { length: COUNT },
    (): Fragment => ({ program: make(draw), part: METHODS[part], ...(counting && { counting }) }),
  );
  return fragmentsCheck({ part, clause, name: kind }, fragments);
}

function timer(seed: number): HiddenTest<Translator> {
  const draw = drawFor(seed, "chain: a timer");
  const program = ticking(800 + draw(200), 2 + draw(3));
  return fragmentsCheck({ part: "chain", clause: "C8", name: "a timer that interrupts" }, [
    { program, part: "chain", counting: ["branch"] },
  ]);
}
