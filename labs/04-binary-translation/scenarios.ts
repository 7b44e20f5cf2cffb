/**
 * The ways in which lab 04 drives a component: a fragment of kernel code runs in the translator, of which one part is the component's. What
 * is expected comes from the bare machine, elsewhere.
 */
import { defineScenarios, each, type Scenario } from "../../src/course/scenario.ts";
import type { Translator } from "./component.ts";
import type { PartName } from "./fragments.ts";
import { type Counts, playTranslated } from "./play.ts";

export interface Fragment {
  /** Assembly, 32-bit, at 10000h in ring 0. */
  program: string;
  /** What the student has written; the rest is the engine's own. */
  part: "translate" | "chain" | "invalidate";
  /** Counts that are told as well. */
  counting?: readonly (keyof Counts)[];
}

/** Which method a part of the lab is about. */
export const METHODS: Readonly<Record<PartName, Fragment["part"]>> = {
  ...{ branches: "translate", sensitive: "translate", interrupts: "translate" },
  ...{ chain: "chain", invalidate: "invalidate" },
};

const WORDS: Readonly<Record<keyof Counts, string>> = {
  emulate: "call-outs to execute an instruction",
  branch: "call-outs at an exit",
  traps: "traps out of the cache",
  blocks: "blocks that went",
};

const HINT = /^call-outs|^traps|^blocks/;

/** "call-outs at an exit: 3". */
export const countLines = (counts: Counts, which: readonly (keyof Counts)[]): string[] =>
  which.map((name) => `${WORDS[name]}: ${counts[name]}`);

/** Of such a line, what was counted; undefined of all other lines. */
export const countedIn = (line: string): number | undefined =>
  HINT.test(line) ? Number(line.slice(line.lastIndexOf(" "))) : undefined;

export const runs: Scenario<Translator, Fragment, string[]> = {
  drive(component, { program, part, counting = [] }) {
    const policy =
      part === "translate"
        ? { translate: component.translate }
        : part === "chain"
          ? { chain: component.chain }
          : { invalidate: component.invalidate };
    const { events, counts } = playTranslated(program, policy);
    return [...events, ...countLines(counts, counting)];
  },
  describe: ({ program, part }) => `with your ${part}:\n${program}`,
};

export const SCENARIOS = defineScenarios<Translator>()({ runs, "runs-many": each(runs) });
