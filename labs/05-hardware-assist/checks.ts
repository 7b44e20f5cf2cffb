/** The public checks of lab 05. */
import { type Check, checker, check as define, defineChecks } from "../../src/course/index.ts";
import type { Exit, HardwareAssist, Waiting } from "./component.ts";
import { LAB } from "./contract.ts";
import { controlsLine, exitLine, guestLines, injectLine } from "./expected.ts";
import type { Program } from "./hypervisor.ts";
import { type Field, SCENARIOS } from "./scenarios.ts";

const controls = (
  clause: string,
  required: number,
  optional: number,
  must: number,
  may: number,
  name: string,
): Check<HardwareAssist> => {
  const input: Field = { wish: { required, optional }, allowed: { must, may } };
  return define({
    ...{ part: "controls", clause, name, input },
    scenario: SCENARIOS.controls,
    expected: controlsLine(input),
  });
};

const QUIET: Exit = { reason: 0, qualification: 0, length: 2, interruption: 0, error: 0 };
const exit = (clause: string, given: Partial<Exit>, name: string): Check<HardwareAssist> => {
  const input = { ...QUIET, ...given };
  return define({
    ...{ part: "exits", clause, name, input },
    scenario: SCENARIOS.exit,
    expected: exitLine(input),
  });
};

const NOTHING: Waiting = {
  ...{ vectoring: 0, vectoringError: 0, exception: null, nmi: false },
  ...{ nmiBlocked: false, interrupt: null, interruptible: false },
};
const inject = (clause: string, given: Partial<Waiting>, name: string): Check<HardwareAssist> => {
  const input = { ...NOTHING, ...given };
  return define({
    ...{ part: "inject", clause, name, input },
    scenario: SCENARIOS.inject,
    expected: injectLine(input),
  });
};

const guest = (
  clause: string,
  source: string,
  interrupts: readonly number[],
  name: string,
): Check<HardwareAssist> => {
  const input: Program = { processor: "prescott", source, interrupts };
  return define({
    ...{ part: "guest", clause, name, input },
    scenario: SCENARIOS.guest,
    expected: guestLines(input),
  });
};

export const CHECKS = defineChecks<HardwareAssist>(LAB, [
  controls("C1", 0x80, 0, 0x16, 0xff, "what must be, and what is required"),
  controls("C2", 0x80, 0x101, 0x16, 0xff, "an optional bit that is there, and one that is not"),
  controls("C3", 0x180, 0, 0x16, 0xff, "a required bit that is not there"),
  controls("C1", 0x80000000, 0, 0x16, 0xffffffff, "the highest bit"),
  exit("C4", { reason: 30, qualification: 0x00600008 }, "a byte from the keyboard"),
  exit("C4", { reason: 30, qualification: 0x01f00013 }, "four bytes, by a string instruction"),
  exit("C4", { reason: 30, qualification: 0xfff00001, length: 3 }, "two bytes to the highest ports"),
  exit("C5", { reason: 28, qualification: 0x0303, length: 3 }, "MOV CR3, EBX"),
  exit("C5", { reason: 28, qualification: 0x0618, length: 4 }, "a read of CR8"),
  exit("C5", { reason: 28, qualification: 0x12340f30, length: 3 }, "LMSW, and its operand"),
  exit("C6", { reason: 10 }, "CPUID"),
  exit("C6", { reason: 7 }, "an open window"),
  exit("C7", { reason: 0, interruption: 0x80000b0d, error: 0x28 }, "a general protection exception"),
  exit("C7", { reason: 0, interruption: 0x80000603, length: 1 }, "a breakpoint, which has no error code"),
  exit("C7", { reason: 0, interruption: 0x80000202 }, "an NMI is no exception"),
  exit("C8", { reason: 1, length: 7 }, "an interrupt has no instruction"),
  exit(
    "C8",
    { reason: 0, interruption: 0x80000306, length: 5 },
    "a fault, after which the instruction is still to come",
  ),
  inject(
    "C9",
    { vectoring: 0x80001b0e, vectoringError: 2, interrupt: 33, interruptible: true },
    "what was being delivered, and an interrupt",
  ),
  inject("C10", { exception: { vector: 13, error: 0x28 } }, "an exception with an error code"),
  inject("C10", { exception: { vector: 3, error: null } }, "a breakpoint"),
  inject("C10", { exception: { vector: 6, error: null }, nmi: true }, "an exception, and an NMI"),
  inject("C11", { nmi: true, interrupt: 40, interruptible: true }, "an NMI, and an interrupt"),
  inject(
    "C11",
    { nmi: true, nmiBlocked: true, interrupt: 40, interruptible: true },
    "an NMI in an NMI handler",
  ),
  inject("C12", { interrupt: 40, interruptible: true }, "an interrupt"),
  inject("C13", { interrupt: 40, interruptible: false }, "an interrupt that must wait"),
  guest("C8", "in al, 0x60\nmov ecx, eax\ncpuid\nhlt", [], "a guest that asks a device and the processor"),
  guest(
    "C12",
    "xor ebx, ebx\nsti\nnop\nnop\ncli\nnop\nsti\nnop\nhlt\nhlt",
    [0x21, 0x40],
    "a guest with interrupts, on and off",
  ),
  guest("C10", "mov ax, 0x28\nmov ds, ax\nhlt", [], "a guest that gets its exception"),
]);

/** Runs the public checks of one step in the notebook and shows them as a table. */
export const check = checker(LAB, CHECKS);
