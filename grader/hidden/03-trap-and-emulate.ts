/** Hidden tests of lab 03: traps, instructions and events drawn against slips, and guests that nobody has seen. */
import type { TrapComponent } from "../../labs/03-trap-and-emulate/component.ts";
import { diskOf, endOfDisk } from "../../labs/03-trap-and-emulate/disk.ts";
import {
  drawEmulation,
  drawInjection,
  drawProgram,
  drawTrap,
  type ProgramKind,
} from "../../labs/03-trap-and-emulate/draw.ts";
import { onBareMachine } from "../../labs/03-trap-and-emulate/machines.ts";
import {
  type Emulating,
  type Injecting,
  SCENARIOS,
  type Trapping,
} from "../../labs/03-trap-and-emulate/scenarios.ts";
import { check } from "../../src/course/index.ts";
import type { GuestOptions } from "../../src/guests/index.ts";
import type { HiddenTest } from "../run/kit.ts";
import {
  SLIPS as DECISION_SLIPS,
  type Slip as DecisionSlip,
  decision,
} from "./03-trap-and-emulate/decisions.ts";
import {
  SLIPS as DELIVERY_SLIPS,
  type Slip as DeliverySlip,
  delivery,
} from "./03-trap-and-emulate/deliveries.ts";
import { SLIPS as EFFECT_SLIPS, type Slip as EffectSlip, effects } from "./03-trap-and-emulate/effects.ts";
import { type Draw, drawCases, drawFor } from "./cases.ts";

/** What a test is about: its name, the clause, the slips that it is drawn against, and which cases are of its kind. */
type About<T, Slip> = readonly [
  name: string,
  clause: string,
  shows: readonly Slip[],
  of: (subject: T) => boolean,
];

const DECISIONS: readonly About<Trapping, DecisionSlip>[] = [
  [
    "what the monitor and the host do",
    "C1",
    [
      ...(["interrupts are the guest's", "the monitor's pages are the guest's"] as const),
      ...(["short segments are resumed", "short segments are the guest's"] as const),
      ...(["devices are the guest's", "devices are resumed"] as const),
    ],
    ({ trap }) => trap.kind === "interrupt" || trap.cause !== "guest",
  ],
  [
    "sensitive instructions, in both rings",
    "C3",
    ["programs are not emulated", "only #GP is emulated", "whatever is refused is emulated"],
    ({ trap }) => trap.kind === "fault" && trap.cause === "guest" && trap.vector !== 14,
  ],
  [
    "faults that are the guest's own",
    "C4",
    ["error codes are lost", "whatever is sensitive is emulated"],
    ({ trap }) => trap.kind === "fault" && trap.cause === "guest",
  ],
  [
    "gates that INT n may use, and gates that it may not",
    "C5",
    ["no gate is checked", "a missing gate is ring 0's", "no bit for the IDT", "a refused INT is reflected"],
    ({ trap }) => trap.kind === "software",
  ],
];

const does =
  (...names: readonly string[]) =>
  ({ instruction }: Emulating) =>
    names.includes(instruction.mnemonic);
const EFFECTS: readonly About<Emulating, EffectSlip>[] = [
  ["CLI and STI", "C7", ["no shadow", "always a shadow", "IOPL is not asked"], does("cli", "sti")],
  [
    "privileged instructions",
    "C8",
    [
      ...(["instructions have one byte", "IOPL lets a program halt"] as const),
      ...(["a program reads control registers", "CLTS clears what is beside it"] as const),
    ],
    (subject) => does("hlt", "clts", "mov")(subject) && !/[cs]s$|ds$|cr[04], /.test(subject.instruction.text),
  ],
  ["PUSHFD", "C10", ["PUSHFD shows RF", "the same instruction again"], does("pushf")],
  [
    "POPFD in the kernel, and in programs",
    "C11",
    [
      ...(["POPFD always writes IF", "POPFD never writes IF", "POPFD always writes IOPL"] as const),
      ...(["POPFD keeps RF", "POPFD leaves ESP", "POPFD writes what it should leave"] as const),
    ],
    ({ instruction, guest }) =>
      instruction.mnemonic === "popf" && instruction.size === 4 && guest.stack.length > 0,
  ],
  [
    "selectors, and what is left to the machine",
    "C12",
    ["the real ring is shown", "CR4 is written", "an empty stack is zero", "sixteen bits are thirty-two"],
    ({ instruction, guest }) =>
      instruction.mnemonic !== "cli" &&
      (instruction.size === 2 || guest.stack.length === 0 || /cr[04], |, [cds]s$/.test(instruction.text)),
  ],
];

const DELIVERIES: readonly About<Injecting, DeliverySlip>[] = [
  [
    "frames of a kernel",
    "C13",
    [
      ...(["the frame is upside down", "no error code", "always an error code"] as const),
      ...(["always ESP and SS", "always the stack of the TSS"] as const),
    ],
    ({ guest }) => guest.cpl === 0,
  ],
  [
    "frames of programs",
    "C14",
    ["never ESP and SS", "ESP after SS", "the guest's own stack", "SS stays", "ESP above the frame"],
    ({ guest }) => guest.cpl === 3,
  ],
  [
    "flags, in the frame and in the handler",
    "C15",
    ["IF is always clear", "IF stays", "TF stays", "NT and RF stay", "the frame has the handler's flags"],
    () => true,
  ],
];

const COUNT = 24;
const PROGRAMS: readonly [kind: ProgramKind, name: string][] = [
  ["flags", "kernels that play with their flags"],
  ["faults", "kernels that meet faults"],
  ["ring 3", "programs that try what is forbidden"],
];
/** Guests of a program test. */
const GUESTS = 4;

const BOOTS: readonly [name: string, options: GuestOptions][] = [
  [
    "the kernel of the other labs, with processes",
    { workload: "fork", parameters: { iterations: 2 }, timerHz: 100 },
  ],
  [
    "the kernel of the other labs, with a clock",
    { workload: "sleep", parameters: { processes: 2 }, timerHz: 1000 },
  ],
];

export function hidden(seed: number): HiddenTest<TrapComponent>[] {
  return [
    ...DECISIONS.map(([name, clause, shows, of]) => {
      const draw = drawFor(seed, `dispatch: ${name}`);
      const cases = drawn(
        { slips: DECISION_SLIPS, answer: decision },
        shows,
        () => wanted(draw, drawTrap, of),
        draw,
      );
      return check({
        ...{ part: "dispatch", clause, name, scenario: SCENARIOS["decide-many"] },
        ...{ input: cases.subjects, expected: cases.answers },
      });
    }),
    ...EFFECTS.map(([name, clause, shows, of]) => {
      const draw = drawFor(seed, `emulate: ${name}`);
      const cases = drawn(
        { slips: EFFECT_SLIPS, answer: effects },
        shows,
        () => wanted(draw, drawEmulation, of),
        draw,
      );
      return check({
        ...{ part: "emulate", clause, name, scenario: SCENARIOS["carryOut-many"] },
        ...{ input: cases.subjects, expected: cases.answers },
      });
    }),
    ...DELIVERIES.map(([name, clause, shows, of]) => {
      const draw = drawFor(seed, `inject: ${name}`);
      const cases = drawn(
        { slips: DELIVERY_SLIPS, answer: delivery },
        shows,
        () => wanted(draw, drawInjection, of),
        draw,
      );
      return check({
        ...{ part: "inject", clause, name, scenario: SCENARIOS["deliver-many"] },
        ...{ input: cases.subjects, expected: cases.answers },
      });
    }),
    ...PROGRAMS.map(([kind, name]) => {
      const draw = drawFor(seed, `guests: ${name}`);
      const programs = Array.from({ length: GUESTS }, () => ({ body: drawProgram(draw, kind) }));
      return check({
        ...{ part: "guests", clause: "C16", name, scenario: SCENARIOS["runs-many"] },
        input: programs,
        expected: programs.map(onBareMachine),
      });
    }),
    ...BOOTS.map(([name, options]) =>
      check({
        ...{ part: "guests", clause: "C16", name, scenario: SCENARIOS.boots },
        ...{ input: diskOf(options), expected: endOfDisk(options) },
      }),
    ),
  ];
}

function wanted<T>(draw: Draw, one: (draw: Draw) => T, of: (subject: T) => boolean): T {
  for (;;) {
    const subject = one(draw);
    if (of(subject)) return subject;
  }
}

/** Every test is of one kind of cases already, so slips of others may show. */
function drawn<T, A, Slip extends string>(
  question: { slips: readonly Slip[]; answer(subject: T, slip?: Slip): A },
  shows: readonly Slip[],
  one: () => T,
  draw: Draw,
) {
  return drawCases(question, { count: COUNT, shows, mayShow: question.slips, draw: one }, draw);
}
