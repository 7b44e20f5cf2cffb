/** Hidden tests of lab 05: new fields, exits, entries and guests, never a new rule. */
import type { Exit, HardwareAssist, Waiting } from "../../labs/05-hardware-assist/component.ts";
import { drawExit, drawField, drawProgram, drawWaiting } from "../../labs/05-hardware-assist/drawn.ts";
import {
  actionOf,
  controlsLine,
  exitLine,
  guestLines,
  injectionOf,
  injectLine,
} from "../../labs/05-hardware-assist/expected.ts";
import type { Program } from "../../labs/05-hardware-assist/hypervisor.ts";
import { type Field, SCENARIOS } from "../../labs/05-hardware-assist/scenarios.ts";
import { check } from "../../src/course/index.ts";
import type { HiddenTest } from "../run/kit.ts";
import { type Draw, drawFor, one } from "./cases.ts";

/** No case of any test is right with the starter. */
export const STARTER_POINTS = 0;

const CASES = 12;
const GUESTS = 4;
const PATIENCE = 20_000;

export function hidden(seed: number): HiddenTest<HardwareAssist>[] {
  const word = (draw: Draw) => draw(65536) * 65536 + draw(65536);
  return [
    controls(
      seed,
      "C1",
      "what must be and what is required",
      ({ wish, allowed }) => (allowed.must & ~wish.required) !== 0 && (wish.required & ~allowed.may) === 0,
    ),
    controls(
      seed,
      "C2",
      "optional bits",
      ({ wish, allowed }) =>
        (wish.optional & allowed.may & ~wish.required & ~allowed.must) !== 0 &&
        (wish.required & ~allowed.may) === 0,
    ),
    controls(seed, "C3", "what is not there", ({ wish, allowed }) => (wish.required & ~allowed.may) !== 0),
    exits(seed, "C4", "ports", [30], () => true),
    exits(seed, "C5", "control registers", [28], () => true),
    exits(seed, "C6", "reasons", [1, 7, 10, 12, 31, 48, 52], () => true),
    exits(seed, "C7", "exceptions", [0], (exit) => actionOf(exit).kind === "exception"),
    exits(seed, "C7", "what comes with reason 0 and is no exception", [0], () => true),
    injects(seed, "C9", "what was being delivered", ({ vectoring }) => vectoring >= 2 ** 31),
    injects(
      seed,
      "C10",
      "exceptions",
      ({ vectoring, exception }) => vectoring < 2 ** 31 && exception !== null,
    ),
    injects(
      seed,
      "C11",
      "NMIs",
      ({ vectoring, exception, nmi }) => vectoring < 2 ** 31 && exception === null && nmi,
    ),
    injects(
      seed,
      "C12",
      "interrupts",
      ({ vectoring, exception, nmi, interrupt }) =>
        vectoring < 2 ** 31 && exception === null && !nmi && interrupt !== null,
    ),
    injects(seed, "C13", "the window", (waiting) => injectionOf(waiting).window),
    guests(seed, "C8", "guests that ask", (draw) => ({
      ...drawProgram(draw, { traps: false }),
      interrupts: [],
    })),
    guests(seed, "C10", "guests with exceptions", (draw) => ({
      ...drawProgram(draw, { traps: true }),
      interrupts: [],
    })),
    guests(seed, "C12", "guests with interrupts", (draw) => ({
      ...drawProgram(draw, { traps: false }),
      source: `xor ebx, ebx\nsti\nnop\n${one(draw, ["in al, 0x60", "nop", "cpuid"])}\ncli\nin al, ${word(draw) % 256}\nsti\nnop\nhlt\nhlt\nhlt`,
      interrupts: [32 + draw(200), 32 + draw(200)],
    })),
  ];
}

function drawn<T>(draw: Draw, next: (draw: Draw) => T, useful: (one: T) => boolean): T[] {
  const found: T[] = [];
  for (let tries = 0; found.length < CASES; tries++) {
    if (tries > PATIENCE) throw new Error(`Cannot draw ${CASES} cases: ${found.length} were found.`);
    const subject = next(draw);
    if (useful(subject)) found.push(subject);
  }
  return found;
}

function controls(seed: number, clause: string, name: string, useful: (field: Field) => boolean) {
  const input = drawn(drawFor(seed, `controls: ${name}`), drawField, useful);
  return check({
    ...{ part: "controls", clause, name, input, scenario: SCENARIOS["controls-many"] },
    expected: input.map(controlsLine),
  });
}

function exits(
  seed: number,
  clause: string,
  name: string,
  reasons: readonly number[],
  useful: (exit: Exit) => boolean,
) {
  const input = drawn(drawFor(seed, `exits: ${name}`), (draw) => drawExit(draw, reasons), useful);
  return check({
    ...{ part: "exits", clause, name, input, scenario: SCENARIOS["exit-many"] },
    expected: input.map(exitLine),
  });
}

function injects(seed: number, clause: string, name: string, useful: (waiting: Waiting) => boolean) {
  const input = drawn(drawFor(seed, `inject: ${name}`), drawWaiting, useful);
  return check({
    ...{ part: "inject", clause, name, input, scenario: SCENARIOS["inject-many"] },
    expected: input.map(injectLine),
  });
}

function guests(seed: number, clause: string, name: string, next: (draw: Draw) => Program) {
  const draw = drawFor(seed, `guest: ${name}`);
  const input = Array.from({ length: GUESTS }, () => next(draw));
  return check({
    ...{ part: "guest", clause, name, input, scenario: SCENARIOS["guest-many"] },
    expected: input.map(guestLines),
  });
}
