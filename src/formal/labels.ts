/** Labels against execution: what a manual claims about its instructions, and what they do. */
import { classesOf, classify, type Witness } from "./classify.ts";
import { CLASSES, type Class, defineIsa, find, type Isa } from "./isa.ts";
import type { Geometry } from "./word.ts";

export interface Mislabel {
  mnemonic: string;
  class: Class;
  claimed: boolean;
  executed: boolean;
  /** What shows it; without one, nothing in the enumeration of `classify` shows membership. */
  witness: Witness | undefined;
}

/** Every claim that execution contradicts; none when the manual is right. */
export function mislabels(isa: Isa, geometry?: Geometry): Mislabel[] {
  return classify(isa, geometry).flatMap((evidence) => {
    const { mnemonic, instruction, witnesses } = evidence;
    const executed = classesOf(evidence);
    return CLASSES.filter((name) => executed.includes(name) !== instruction.declared.includes(name)).map(
      (name) => ({
        mnemonic,
        class: name,
        claimed: instruction.declared.includes(name),
        executed: executed.includes(name),
        witness: witnesses[name],
      }),
    );
  });
}

/** The ISA with other claims about some instructions. What they do stays the same. */
export function relabel(isa: Isa, claims: Record<string, readonly Class[]>): Isa {
  for (const mnemonic of Object.keys(claims)) find(isa, mnemonic);
  return defineIsa(
    `${isa.name} (relabelled)`,
    isa.doc,
    isa.instructions.map((old) => ({ ...old, declared: claims[old.mnemonic] ?? old.declared })),
  );
}
