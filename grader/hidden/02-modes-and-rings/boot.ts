/** Tests of the boot path, each from states that were drawn until they could tell what it asks. */
import { EXPECTED } from "../../../labs/02-modes-and-rings/arrival.ts";
import { ARRIVES } from "../../../labs/02-modes-and-rings/boot.ts";
import { MODES } from "../../../labs/02-modes-and-rings/check-boot.ts";
import type { ModesAndRings, Piece } from "../../../labs/02-modes-and-rings/component.ts";
import { SCENARIOS } from "../../../labs/02-modes-and-rings/scenarios.ts";
import { type Powered, powerUp, type Start } from "../../../labs/02-modes-and-rings/start.ts";
import { check } from "../../../src/course/index.ts";
import { CR0, CR4, EFER } from "../../../src/machine/cpu/cpu.ts";
import type { HiddenTest } from "../../run/kit.ts";
import { drawFor } from "../cases.ts";

type Wanted = (powered: Powered) => boolean;

/** Every bit that a start may set is set, or none is. */
const set = (register: "cr0" | "cr4" | "efer", mask: number): [yes: Wanted, no: Wanted] => [
  (powered) => (powered[register] & mask) === mask,
  (powered) => (powered[register] & mask) === 0,
];
const [CR0_SET, CR0_CLEAR] = set("cr0", CR0.NE | CR0.MP | CR0.WP);
const [CR4_SET, CR4_CLEAR] = set("cr4", CR4.OSFXSR | CR4.TSD);
const [EFER_SET, EFER_CLEAR] = set("efer", EFER.SCE);
const ANY: Wanted = () => true;

interface Shows {
  part: Piece;
  clause: keyof typeof EXPECTED;
  only?: readonly number[];
  name: string;
  from?: Wanted;
  fill?: number;
}

const SHOWS: readonly Shows[] = [
  { part: "protect", clause: "C2", only: [0], name: "the code segment on arrival" },
  { part: "protect", clause: "C2", only: [1, 2, 3], name: "the data segments on arrival" },
  { part: "protect", clause: "C2", only: [4], name: "a 64-bit segment lies ready" },
  { part: "protect", clause: "C3", name: "interrupts off, and what was set in CR0 stays so", from: CR0_SET },
  {
    part: "protect",
    clause: "C3",
    name: "interrupts off, and what was clear in CR0 stays so",
    from: CR0_CLEAR,
  },
  { part: "map", clause: "C4", name: "what is mapped, and where the tables are" },
  { part: "map", clause: "C4", name: "the same in a memory full of ones", fill: 0xffff_ffff },
  { part: "map", clause: "C4", name: "the same in a memory full of entries", fill: 0x1_0007 },
  { part: "map", clause: "C5", name: "PAE, and what was set in CR4 stays so", from: CR4_SET },
  { part: "map", clause: "C5", name: "PAE, and what was clear in CR4 stays so", from: CR4_CLEAR },
  { part: "lengthen", clause: "C6", only: [0], name: "the code segment on arrival" },
  { part: "lengthen", clause: "C6", only: [1], name: "PG, and what was set in CR0 stays so", from: CR0_SET },
  {
    part: "lengthen",
    clause: "C6",
    only: [1],
    name: "PG, and what was clear in CR0 stays so",
    from: CR0_CLEAR,
  },
  {
    part: "lengthen",
    clause: "C6",
    only: [2],
    name: "LME, and what was set in EFER stays so",
    from: EFER_SET,
  },
  {
    part: "lengthen",
    clause: "C6",
    only: [2],
    name: "LME, and what was clear in EFER stays so",
    from: EFER_CLEAR,
  },
];

const PIECES: readonly Piece[] = ["protect", "map", "lengthen"];

/** States a test begins in. */
const COUNT = 2;

/** Draws until a state is as it is wanted. */
function starts(seed: number, test: string, piece: Piece, wanted: Wanted, fill?: number): Start[] {
  const draw = drawFor(seed, test);
  const found: Start[] = [];
  while (found.length < COUNT) {
    const start = { piece, seed: draw(2 ** 31), ...(fill === undefined ? {} : { fill }) };
    if (wanted(powerUp(new Uint8Array(), start))) found.push(start);
  }
  return found;
}

/** `map` arrives by doing nothing, so that arriving is worth nothing there. */
const ARRIVALS = [
  { part: "protect", clause: "C1", name: "arrives, whatever registers and memory hold" },
  { part: "lengthen", clause: "C6", name: "arrives through compatibility mode" },
] as const;

export function bootTests(seed: number): HiddenTest<ModesAndRings>[] {
  const arrivals = ARRIVALS.map(({ part, clause, name }) => {
    const input = starts(seed, `${part}: ${name}`, part, ANY);
    return check({
      ...{ part, clause, name, input, scenario: SCENARIOS["arrives-many"] },
      expected: input.map(() => [...MODES[part], ARRIVES]),
    });
  });
  const shows = SHOWS.map(({ part, clause, only, name, from = ANY, fill }) => {
    const input = starts(seed, `${part}: ${name}`, part, from, fill);
    const facts: readonly string[] = EXPECTED[clause];
    return check({
      ...{ part, clause, name, scenario: SCENARIOS["shows-many"] },
      input: input.map((start) => ({ ...start, clause, ...(only ? { only } : {}) })),
      expected: input.map(() => (only ? only.map((place) => facts[place]!) : facts)),
    });
  });
  return PIECES.flatMap((piece) => [...arrivals, ...shows].filter(({ part }) => part === piece));
}
