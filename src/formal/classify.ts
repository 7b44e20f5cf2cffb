/**
 * Classification of a whole ISA by execution, with evidence: where an instruction belongs to a class, a pair of states
 * that shows it and that anyone can run again; where it does not, what was enumerated without finding one.
 */
import type { Classified, Classifier, Probe, StatePair } from "./component.ts";
import { type Coverage, enumerate, SMALL } from "./enumerate.ts";
import { type Class, find, type Instruction, type Isa } from "./isa.ts";
import { execute } from "./machine.ts";
import { isBehaviour, isControl, referenceClassifier } from "./reference.ts";
import type { Outcome } from "./state.ts";
import type { Geometry } from "./word.ts";

/** A pair of states, what the instruction makes of them, and the clause of component.ts that this decides. */
export interface Witness {
  isa: string;
  mnemonic: string;
  class: Class;
  /** Does the pair show membership, or, as for "privileged" it can, the contrary? */
  shows: boolean;
  clause: "C2" | "C3" | "C4" | "C5";
  radix: number;
  pair: StatePair;
  outcomes: [Outcome, Outcome];
}

export interface Evidence extends Classified {
  instruction: Instruction;
  /** One for every class that the instruction belongs to, and for "privileged" one either way, if there is any. */
  witnesses: Partial<Record<Class, Witness>>;
  /** For the classes without a witness: no state among these shows membership. */
  coverage: Coverage;
}

interface Enumerated {
  probe: Probe;
  coverage: Coverage;
  geometry: Geometry;
}

const enumerated = new WeakMap<Instruction, Enumerated>();

/** Enumeration is pure and an instruction never changes, so that it is done once. */
function explore(isa: Isa, instruction: Instruction, geometry: Geometry): Enumerated {
  const known = enumerated.get(instruction);
  if (known?.geometry === geometry) return known;
  const { pairs, coverage } = enumerate(isa, instruction, geometry);
  const probe: Probe = {
    mnemonic: instruction.mnemonic,
    pairs,
    execute: (state) => execute(isa, geometry.radix, state),
  };
  const found = { probe, coverage, geometry };
  enumerated.set(instruction, found);
  return found;
}

/** One instruction, as a classifier sees it. */
export function probe(isa: Isa, mnemonic: string, geometry: Geometry = SMALL): Probe {
  return explore(isa, find(isa, mnemonic), geometry).probe;
}

/** What any classifier, a student's too, makes of each instruction. */
export function classifyWith(classifier: Classifier, isa: Isa, geometry: Geometry = SMALL): Classified[] {
  return isa.instructions.map((instruction) => ({
    mnemonic: instruction.mnemonic,
    ...classifier.classify(explore(isa, instruction, geometry).probe),
  }));
}

const classified = new WeakMap<Isa, { geometry: Geometry; evidence: readonly Evidence[] }>();

/** The library's classification, with evidence. Done once for an ISA. */
export function classify(isa: Isa, geometry: Geometry = SMALL): readonly Evidence[] {
  const known = classified.get(isa);
  if (known?.geometry === geometry) return known.evidence;
  const evidence = evidenceOf(isa, geometry);
  classified.set(isa, { geometry, evidence });
  return evidence;
}

function evidenceOf(isa: Isa, geometry: Geometry): Evidence[] {
  return classifyWith(referenceClassifier, isa, geometry).map((found, i) => {
    const instruction = isa.instructions[i] as Instruction;
    const { coverage } = explore(isa, instruction, geometry);
    return { ...found, instruction, witnesses: witnesses(isa, found, geometry), coverage };
  });
}

/** The classes of a classification, in the words of CLASSES. */
export function classesOf({ privileged, control, location, mode }: Classified): Class[] {
  const member: Record<Class, boolean> = {
    privileged,
    "control-sensitive": control.s || control.u,
    "location-sensitive": location.s || location.u,
    "mode-sensitive": mode,
  };
  return (Object.keys(member) as Class[]).filter((name) => member[name]);
}

interface Test {
  clause: Witness["clause"];
  differ: StatePair["differ"];
  shows(pair: StatePair, outcomes: [Outcome, Outcome]): boolean;
}

const behaviour = (pair: StatePair, outcomes: [Outcome, Outcome]): boolean =>
  isBehaviour([pair.first, pair.second], outcomes);

/** What one pair says about each class. For "privileged" one pair only illustrates, or refutes. */
const TESTS: Record<Class, Test> = {
  privileged: {
    clause: "C2",
    differ: "mode",
    shows: (_, [s, u]) => s.kind === "next" && u.kind === "trap",
  },
  "control-sensitive": {
    clause: "C3",
    differ: "mode",
    shows: (pair, [s, u]) => isControl(pair.first, s) || isControl(pair.second, u),
  },
  "location-sensitive": { clause: "C4", differ: "location", shows: behaviour },
  "mode-sensitive": { clause: "C5", differ: "mode", shows: behaviour },
};

function witnesses(isa: Isa, classified: Classified, geometry: Geometry): Evidence["witnesses"] {
  const { pairs, execute } = probe(isa, classified.mnemonic, geometry);
  const runs = pairs.map((pair) => [pair, [execute(pair.first), execute(pair.second)]] as const);
  const evidence: Evidence["witnesses"] = {};
  const members = classesOf(classified);
  for (const [name, test] of Object.entries(TESTS) as [Class, Test][]) {
    const shows = members.includes(name);
    if (!shows && name !== "privileged") continue;
    const found = runs.find(([pair, outcomes]) => decides(test, shows, pair, outcomes as [Outcome, Outcome]));
    if (!found) continue;
    const [pair, outcomes] = found;
    const { mnemonic } = classified;
    evidence[name] = {
      isa: isa.name,
      mnemonic,
      class: name,
      shows,
      clause: test.clause,
      radix: geometry.radix,
      pair,
      outcomes: [...outcomes] as [Outcome, Outcome],
    };
  }
  return evidence;
}

function decides(test: Test, shows: boolean, pair: StatePair, outcomes: [Outcome, Outcome]): boolean {
  const usable = pair.differ === test.differ && outcomes.every(({ kind }) => kind !== "memory-trap");
  return usable && test.shows(pair, outcomes) === shows;
}

/**
 * Runs a witness again, from its two states: do the outcomes come out as recorded, and do they say what it claims?
 * @throws Error when the ISA has no such instruction
 */
export function replay(isa: Isa, witness: Witness): boolean {
  find(isa, witness.mnemonic);
  const { pair, radix } = witness;
  const again: [Outcome, Outcome] = [execute(isa, radix, pair.first), execute(isa, radix, pair.second)];
  const same = JSON.stringify(again) === JSON.stringify(witness.outcomes);
  return same && decides(TESTS[witness.class], witness.shows, pair, again);
}
