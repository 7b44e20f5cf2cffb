/** The ways in which lab 02 drives a component: a piece of the boot path, one instruction, a whole processor. */
import { defineScenarios, each, type Scenario } from "../../src/course/scenario.ts";
import type { Finding, Probe } from "../../src/experiments/index.ts";
import { type EXPECTED, FACTS } from "./arrival.ts";
import { arrived, type Boot, bootPieces, events, hex } from "./boot.ts";
import type { Classified, ModesAndRings, Verdict } from "./component.ts";
import { canonical, describeClassified, describeProbe } from "./describe.ts";
import { powerUp, type Start } from "./start.ts";

const play = (component: ModesAndRings, { piece, seed, fill }: Start): Boot =>
  bootPieces([[piece, component[piece]()]], { seed, fill });

/** Where a piece begins, in words. */
function describe(start: Start): string {
  const { piece } = start;
  const { machine, cr0, cr4, efer } = powerUp(new Uint8Array(), start);
  const { cpu } = machine;
  const [eax, ds] = [cpu.r32[0] as number, cpu.segments.selector[3] as number];
  const registers = { EAX: eax, DS: ds, CR0: cr0, CR4: cr4, EFER: efer };
  const values = Object.entries(registers).map(([name, value]) => `${name} ${hex(value)}`);
  return `${piece} alone, from ${piece === "protect" ? "real" : "32-bit protected"} mode: ${values.join(", ")}`;
}

/** Which modes arrive, one after the other, and how it ends. */
const arrives: Scenario<ModesAndRings, Start, string[]> = {
  drive: (component, start) => events(play(component, start)),
  describe,
};

export interface Shown extends Start {
  clause: keyof typeof EXPECTED;
  /** Of the facts that the clause asks for, those at these places; all when absent. */
  only?: readonly number[];
}

/** What is to be seen at the end of a piece, as far as one clause asks. */
const shows: Scenario<ModesAndRings, Shown, string[]> = {
  drive(component, input) {
    const { clause, only } = input;
    const boot = play(component, input);
    if (!arrived(boot)) return events(boot);
    const facts = FACTS[clause](boot);
    return only ? only.map((place) => facts[place]!) : facts;
  },
  describe,
};

/** Whether it is small, and comes to an end of some kind. */
const fits: Scenario<ModesAndRings, Start, string[]> = {
  drive(component, start) {
    const boot = play(component, start);
    const ends = !("problem" in boot) && boot.stop.reason !== "limit";
    return ends ? ["is assembled", "ends"] : events(boot);
  },
  describe,
};

const classify: Scenario<ModesAndRings, Probe, Finding> = {
  drive: (component, probe) => canonical(component.classify(probe)),
  describe: describeProbe,
};

const verdict: Scenario<ModesAndRings, readonly Classified[], Verdict> = {
  drive: (component, instructions) => component.verdict(instructions),
  describe: describeClassified,
};

export const SCENARIOS = defineScenarios<ModesAndRings>()({
  arrives,
  shows,
  fits,
  "arrives-many": each(arrives),
  "shows-many": each(shows),
  classify,
  verdict,
  "classify-many": each(classify),
  "verdict-many": each(verdict),
});
