/**
 * All states of a small machine, for one instruction, and from them the pairs that a classifier needs to see.
 *
 * What is enumerated: every M, P, R = (l, b), every pair of operands x, y; every word that the instruction reads takes
 * every value that a word can have. Two states of a pair are run together: "mode" pairs share all storage, "location"
 * pairs share the words in the window E|r, wherever R has put it, and nothing else.
 *
 *      mode      E same, P same, R same, M = s | u           location   E|r same, P same, M same, l < l'
 *
 * What is held fixed, and why that suffices:
 *
 * 1. Words that the instruction does not read. An instruction gets a word only through `Processor.read`, which is
 *    where the choice of a value is made: a word not chosen was not read, so every value of it gives the same outcome.
 *    (Where one state of a pair writes a word and the other does not, its old value matters to the comparison, so it
 *    is chosen too.)
 * 2. Pairs that show what another pair shows. Clauses C1 to C5 speak of: how each of the two ended; whether each
 *    changed M or R; whether, both kept, the windows or the P differ. Of all pairs with the same R (and l', and M) and
 *    the same answers to these questions the first is handed out. So no clause can tell the pairs from all states.
 * 3. Location pairs for which, at these l, l', b and M, the instruction has been seen to be location-sensitive already:
 *    C4 asks for one pair. (C2, C3 and C5 are about the mode pairs, of which none is left out.)
 * 4. States whose P is out of bounds: fetching memory-traps before there is an instruction (C1). Location pairs
 *    of which one window is cut short by the end of storage: then the windows do not hold the same words.
 * 5. The geometry. A semantic function gets no geometry to look at but the radix; that it treats larger addresses as
 *    small ones is an assumption, which test/formal/classify.test.ts tries on random states of a larger machine.
 */
import type { StatePair } from "./component.ts";
import type { Instruction, Isa } from "./isa.ts";
import type { Mode, Psw, Relocation } from "./state.ts";
import { showsBehaviour, TwinMachines, windowSize } from "./twins.ts";
import type { Geometry } from "./word.ts";

/** The smallest machine that shows every class: two words for traps, and one that is neither. */
export const SMALL: Geometry = { storage: 3, radix: 3 };

/** What stands behind the word "none" in a classification. */
export interface Coverage {
  geometry: Geometry;
  /** Values of a word. */
  wordValues: number;
  /** Pairs run, by what they differ in. */
  pairsRun: Record<StatePair["differ"], number>;
  /** The most words, besides the instruction, that mattered in any one pair. */
  mostWordsRead: number;
}

export interface Enumeration {
  pairs: StatePair[];
  coverage: Coverage;
}

const MODES: readonly Mode[] = ["s", "u"];

/** @param geometry at most a few words: the work grows with its powers */
export function enumerate(isa: Isa, { opcode }: Instruction, geometry: Geometry = SMALL): Enumeration {
  const pair = new TwinMachines(isa, geometry);
  const pairs: StatePair[] = [];
  const pairsRun = { mode: 0, location: 0 };

  /**
   * Runs one pair of PSWs with all operands and values; keeps a pair of states for every answer that is not in `seen`.
   * True: there is no need to go on (point 3).
   */
  const collect = (differ: StatePair["differ"], one: Psw, other: Psw, seen: Set<number>): boolean => {
    for (let operands = 0; operands < geometry.radix ** 2; operands++)
      do {
        const facts = pair.run(one, other, opcode * geometry.radix ** 2 + operands);
        pairsRun[differ]++;
        if (seen.has(facts)) continue;
        seen.add(facts);
        pairs.push({ differ, ...pair.start() });
        if (differ === "location" && showsBehaviour(facts)) {
          pair.choices.restart();
          return true;
        }
      } while (pair.choices.advance());
    return false;
  };

  for (const R of relocations(geometry)) {
    const size = windowSize(R, geometry);
    const seen = new Set<number>();
    pair.shareAll();
    for (let P = 0; P < size; P++) collect("mode", { M: "s", P, R }, { M: "u", P, R }, seen);
    for (let l = R.l + 1; l < geometry.radix; l++) {
      const moved = { l, b: R.b };
      if (windowSize(moved, geometry) !== size) continue;
      pair.shareWindow(R, moved, size);
      for (const M of MODES) {
        const seenHere = new Set<number>();
        for (let P = 0; P < size; P++)
          if (collect("location", { M, P, R }, { M, P, R: moved }, seenHere)) break;
      }
    }
  }
  const { count: wordValues } = pair.words;
  return { pairs, coverage: { geometry, wordValues, pairsRun, mostWordsRead: pair.choices.most } };
}

function* relocations({ radix }: Geometry): Generator<Relocation> {
  for (let l = 0; l < radix; l++) for (let b = 0; b <= radix; b++) yield { l, b };
}
