/** Every instruction of the processor, tried from every pair of states that there is. */
import { leaksOf } from "./finding.ts";
import type { Form } from "./forms.ts";
import { SELECTORS } from "./memory-map.ts";
import { type Given, Stage } from "./stage.ts";
import { DIFFERENCES, type Difference, type Probe, type Trial } from "./trial.ts";

export type OuterRing = 1 | 3;

/** An image of EFLAGS with IOPL 3 and IF as asked. */
const FLAGS = [0x3002, 0x3202];

/** What operands may hold: small numbers, images of EFLAGS, and every selector; interrupts on and off in turn. */
const GIVEN: readonly Given[] = [1, ...FLAGS, ...SELECTORS].map((value, n) => ({
  value,
  interrupts: n % 2 === 0,
}));
/** One suffices for what depends on a register of the system. Interrupts are off: the monitor's are on. */
const FEW = GIVEN.filter(({ interrupts }) => !interrupts).slice(0, 1);

const describe = ({ value, interrupts }: Given) =>
  `operands ${value.toString(16)}h, interrupts ${interrupts ? "on" : "off"}`;

/** The trials of all instructions of a stage, in the order of the ISA table. The same stage, the same trials. */
export function probes(ring: OuterRing, stage: Stage = new Stage()): Probe[] {
  const found = new Map<string, Trial[]>();
  for (const form of stage.forms) {
    const of = found.get(form.mnemonic) ?? [];
    found.set(form.mnemonic, of);
    of.push(...trials(stage, form, ring));
  }
  return [...found].map(([mnemonic, all]) => ({ mnemonic, trials: all }));
}

/** Of trials that give nothing away and ended alike the first is kept. */
function trials(stage: Stage, form: Form, ring: OuterRing): Trial[] {
  const known = new Set<string>();
  const isNews = (one: Trial) => {
    if (leaksOf(one).length > 0) return true;
    const ends = `${one.differ} ${one.first.kind} ${one.second.kind}`;
    return !known.has(ends) && known.add(ends);
  };
  return DIFFERENCES.flatMap((differ) =>
    (differ === "ring" ? GIVEN : FEW).map((given) => trial(stage, form, given, ring, differ)).filter(isNews),
  );
}

function trial(stage: Stage, form: Form, given: Given, ring: OuterRing, differ: Difference): Trial {
  const outer = { ring, as: ring };
  const [first, second] =
    differ === "ring" ? [{ ring: 0, as: ring } as const, outer] : [outer, { ...outer, monitors: differ }];
  return {
    ...{ text: form.text, given: describe(given), ring, differ },
    first: stage.run(form, given, first),
    second: stage.run(form, given, second),
  };
}
