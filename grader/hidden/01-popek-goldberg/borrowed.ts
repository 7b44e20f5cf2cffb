/** Instructions of the library's machines in drawn states, under names that say nothing. */
import type { Borrowed } from "../../../labs/01-popek-goldberg/borrowed.ts";
import { ISAS, type Mode, type State, type StatePair, Words } from "../../../src/formal/index.ts";
import { type Draw, one } from "../cases.ts";

const SIZE = 8;
const MODE_PAIRS = 5;
const LOCATION_PAIRS = 3;
const NAMES = Object.keys(ISAS) as (keyof typeof ISAS)[];

export function borrow(draw: Draw): Borrowed {
  const isa = one(draw, NAMES);
  const { instructions } = ISAS[isa];
  const words = new Words(SIZE, instructions.length);
  const { opcode } = one(draw, instructions);
  const given = (place: number, M: Mode): State => {
    const b = 3 + draw(2);
    const P = draw(b);
    const E = Array.from({ length: SIZE }, () => one(draw, [draw(SIZE), draw(words.count)]));
    // Small operands, so that not every other one lies out of bounds.
    E[place + P] = words.encode(opcode, draw(b + 1), draw(b + 1));
    return { E, M, P, R: { l: place, b } };
  };
  const modePair = (): StatePair => {
    const first = given(draw(5), "s");
    return { differ: "mode", first, second: { ...first, M: "u" } };
  };
  /** Two places that do not overlap: the words of the one window are copied into the other. */
  const locationPair = (M: Mode): StatePair => {
    const first = given(0, M);
    const E = Array.from({ length: SIZE }, () => draw(words.count));
    E.splice(4, first.R.b, ...first.E.slice(0, first.R.b));
    return { differ: "location", first, second: { ...first, E, R: { ...first.R, l: 4 } } };
  };
  const pairs = [
    ...Array.from({ length: MODE_PAIRS }, modePair),
    ...Array.from({ length: LOCATION_PAIRS }, () => locationPair("s")),
    ...Array.from({ length: LOCATION_PAIRS }, () => locationPair("u")),
  ];
  return { mnemonic: "", isa, radix: SIZE, pairs };
}
