/** Probes to judge: drawn ones, in which all may happen, and real ones, of a Pentium II below a monitor. */
import {
  DIFFERENCES,
  type Outcome,
  PENTIUM_II,
  type Probe,
  PUBLISHED,
  Stage,
  type Trial,
} from "../../../src/experiments/index.ts";
import { type Draw, one } from "../cases.ts";

const TRAPS = [13, 6, 11];
const SEEN = ["eax", "ecx", "[7fc]", "eflags"];
const KEPT = ["DS", "SS", "IF", "IOPL", "port"];

function drawOutcome(draw: Draw): Outcome {
  if (draw(4) === 0) return { kind: "traps", vector: one(draw, TRAPS) };
  const some = (names: readonly string[]) => names.filter(() => draw(5) === 0);
  return {
    kind: "completes",
    seen: { eip: 0x100, ...Object.fromEntries(some(SEEN).map((name) => [name, draw(3)])) },
    kept: Object.fromEntries(some(KEPT).map((name) => [name, `${draw(3)}`])),
  };
}

/** The second run is as the first, or as the first but for a name, or anything. */
function drawSecond(first: Outcome, draw: Draw): Outcome {
  const kind = draw(4);
  if (kind === 0) return first;
  if (kind === 1 || first.kind === "traps") return drawOutcome(draw);
  const { seen, kept } = first;
  if (draw(3) === 0) return { ...first, seen: { ...seen, [one(draw, SEEN)]: 3 + draw(2) } };
  return { ...first, kept: { ...kept, [one(draw, KEPT)]: `${3 + draw(2)}` } };
}

export function drawProbe(draw: Draw): Probe {
  const trials = Array.from({ length: 1 + draw(3) }, (): Trial => {
    const first = drawOutcome(draw);
    const differ = draw(2) ? "ring" : one(draw, DIFFERENCES);
    return { text: "", given: "", ring: 1, differ, first, second: drawSecond(first, draw) };
  });
  return { mnemonic: "", trials };
}

/** Numbers, images of EFLAGS, selectors. */
const VALUES = [1, 0x3202, 0x3002, 8, 0x10, 0x1b, 0x23];
const TRIALS = 6;

/** Instructions in drawn situations. Nothing in a trial tells which instruction it is but what it did. */
export function realProbes(): (draw: Draw) => Probe {
  const stage = new Stage({ features: PENTIUM_II });
  const suspicious = stage.forms.filter(({ mnemonic }) => PUBLISHED.includes(mnemonic));
  return (draw) => {
    const form = one(draw, draw(2) ? suspicious : stage.forms);
    const ring = one(draw, [1, 3] as const);
    const trials = Array.from({ length: TRIALS }, (): Trial => {
      const given = { value: one(draw, VALUES), interrupts: draw(2) === 0 };
      const differ = draw(2) ? "ring" : one(draw, DIFFERENCES);
      const outer = { ring, as: ring };
      const [above, below] =
        differ === "ring" ? [{ ring: 0, as: ring } as const, outer] : [outer, { ...outer, monitors: differ }];
      const [first, second] = [stage.run(form, given, above), stage.run(form, given, below)];
      return { text: "", given: "", ring, differ, first, second };
    });
    return { mnemonic: "", trials };
  };
}
