/** What the lab does with a whole processor: a component judges all its instructions, below monitors of several kinds. */
import {
  CAREFUL,
  entryOf,
  evidence,
  type Monitor,
  mainLeak,
  type OuterRing,
  PENTIUM_II,
  type Probe,
  PUBLISHED,
  probes,
  Stage,
} from "../../src/experiments/index.ts";
import type { InstructionRow } from "../../src/plots/index.ts";
import type { Classified, ModesAndRings } from "./component.ts";

type Judge = Pick<ModesAndRings, "classify">;

/** All instructions of a Pentium II, tried, and what the machine counted meanwhile. */
interface Tried {
  all: readonly Probe[];
  exceptions: number;
  portAccesses: number;
}

const tried = new Map<string, Tried>();

/** The trials do not depend on who judges them, so that they are run once. */
function tryAll(ring: OuterRing, monitor: Monitor): Tried {
  const key = JSON.stringify([ring, monitor]);
  const known = tried.get(key);
  if (known) return known;
  const stage = new Stage({ monitor, features: PENTIUM_II });
  const all = probes(ring, stage);
  const { trace } = stage.machine;
  const found = {
    all,
    exceptions: trace.count("exception"),
    portAccesses: trace.count("portIn") + trace.count("portOut"),
  };
  tried.set(key, found);
  return found;
}

/** What the component says of every instruction, for the map. */
export function mapRows(component: Judge, ring: OuterRing, monitor: Monitor = CAREFUL): InstructionRow[] {
  return tryAll(ring, monitor).all.map((probe) => {
    const { mnemonic } = probe;
    const { outcome, leaks } = component.classify(probe);
    const published = PUBLISHED.includes(mnemonic);
    return { ring, mnemonic, outcome, leak: mainLeak(leaks), published, evidence: evidence(probe) };
  });
}

/** The same, as `verdict` takes it. */
export function classifiedBy(component: Judge, ring: OuterRing, monitor: Monitor = CAREFUL): Classified[] {
  return tryAll(ring, monitor).all.map((probe) => ({
    mnemonic: probe.mnemonic,
    entry: entryOf(probe.mnemonic),
    ...component.classify(probe),
  }));
}

/** One line an entry of the manual: is it on the list of 2000, and one run that shows why it could be. */
export function entryRows(component: ModesAndRings, ring: OuterRing) {
  const { all } = tryAll(ring, CAREFUL);
  return component.verdict(classifiedBy(component, ring)).entries.map((entry) => {
    const of = all.filter(({ mnemonic }) => entryOf(mnemonic) === entry);
    const found = of.map((probe) => evidence(probe)).find((text) => text !== "");
    const published = of.some(({ mnemonic }) => PUBLISHED.includes(mnemonic));
    return { entry, published, example: found ?? "" };
  });
}

/** How many instructions differ without a trap, by ring and IOPL, and what the machine counted. */
export function sweepRows(component: Judge, iopls: readonly Monitor["iopl"][]) {
  const rings: readonly OuterRing[] = [1, 3];
  return rings.flatMap((ring) =>
    iopls.map((IOPL) => {
      const monitor = { ...CAREFUL, iopl: IOPL };
      const outcomes = classifiedBy(component, ring, monitor).map(({ outcome }) => outcome);
      const { exceptions, portAccesses } = tryAll(ring, monitor);
      const count = (outcome: string) => outcomes.filter((each) => each === outcome).length;
      return {
        ...{ ring: `ring ${ring}`, IOPL, differ: count("differs"), trap: count("traps") },
        ...{ exceptions, "port accesses": portAccesses },
      };
    }),
  );
}

/** What a verdict says, one line a leak. */
export function leakRows(component: ModesAndRings, ring: OuterRing, monitor: Monitor = CAREFUL) {
  const { leaks } = component.verdict(classifiedBy(component, ring, monitor));
  return Object.entries(leaks).map(([leak, mnemonics]) => ({
    ...{ leak, count: mnemonics.length, instructions: mnemonics.join(" ") || "none" },
  }));
}
