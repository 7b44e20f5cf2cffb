/** Cases and guests that nobody has seen, drawn from a seed: for the student to try, with any seed but the grader's. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { type Check, check, present, runChecks } from "../../src/course/index.ts";
import { referenceTrapComponent } from "../../src/systems/trap-and-emulate.ts";
import type { TrapComponent } from "./component.ts";
import { LAB } from "./contract.ts";
import { describeDecision, describeDelivery, describeEffects } from "./describe.ts";
import { type Draw, drawEmulation, drawInjection, drawProgram, drawTrap, type ProgramKind } from "./draw.ts";
import { onBareMachine } from "./machines.ts";
import { SCENARIOS } from "./scenarios.ts";

const COUNT = 100;
const GUESTS = 2;
const KINDS: readonly ProgramKind[] = ["flags", "faults", "ring 3"];

export function unseen(seed: number): readonly Check<TrapComponent>[] {
  const generator = xoroshiro128plus(seed);
  const draw: Draw = (below) => uniformInt(generator, 0, below - 1);
  const some = <T>(one: (draw: Draw) => T) => Array.from({ length: COUNT }, () => one(draw));
  const { onTrap, emulate, inject } = referenceTrapComponent;
  const traps = some(drawTrap);
  const instructions = some(drawEmulation);
  const events = some(drawInjection);
  return [
    check({
      ...{ part: "dispatch", clause: "C3", name: `${COUNT} traps`, scenario: SCENARIOS["decide-many"] },
      input: traps,
      expected: traps.map(({ trap, guest }) => describeDecision(onTrap(trap, guest))),
    }),
    check({
      ...{
        part: "emulate",
        clause: "C6",
        name: `${COUNT} instructions`,
        scenario: SCENARIOS["carryOut-many"],
      },
      input: instructions,
      expected: instructions.map(({ instruction, guest }) => describeEffects(emulate(instruction, guest))),
    }),
    check({
      ...{ part: "inject", clause: "C13", name: `${COUNT} events`, scenario: SCENARIOS["deliver-many"] },
      input: events,
      expected: events.map(({ event, guest, gate }) => describeDelivery(inject(event, guest, gate))),
    }),
    ...KINDS.map((kind) => {
      const programs = Array.from({ length: GUESTS }, () => ({ body: drawProgram(draw, kind) }));
      return check({
        ...{ part: "guests", clause: "C16", name: `guests: ${kind}`, scenario: SCENARIOS["runs-many"] },
        input: programs,
        expected: programs.map(onBareMachine),
      });
    }),
  ];
}

/** Runs the component on what a seed draws, in the notebook, and shows where it first goes wrong. */
export function checkUnseen(seed: number, component: Partial<TrapComponent>): void {
  present(runChecks(LAB, `Seed ${seed}`, unseen(seed), component));
}
