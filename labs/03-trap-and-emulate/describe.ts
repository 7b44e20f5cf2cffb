/** What crosses the boundary, in words: for tables of checks and for comparing. */
import type {
  Decision,
  Delivery,
  Effects,
  Event,
  Gate,
  Raised,
  Trap,
  Trapped,
  VirtualCpu,
} from "./component.ts";

const NAMES = "#DE #DB NMI #BP #OF #BR #UD #NM #DF - #TS #NP #SS #GP #PF".split(" ");
const hex = (value: number) => `${value.toString(16).toUpperCase()}h`;
const event = (vector: number, error: number | null) =>
  `${NAMES[vector] ?? `vector ${hex(vector)}`}${error === null ? "" : ` (error code ${hex(error)})`}`;

export const describeDecision = (decision: Decision): string =>
  decision.do === "reflect" ? `reflect ${event(decision.vector, decision.error)}` : decision.do;

export function describeTrap(trap: Trap, guest: VirtualCpu): string {
  const { kind, vector, error, cause, gateRing, instruction } = trap;
  const what =
    kind === "interrupt"
      ? `interrupt ${hex(vector)} of the host's`
      : kind === "software"
        ? `INT ${hex(vector)}, ${gateRing < 0 ? "no gate" : `gate for ring ${gateRing}`}`
        : `${event(vector, error)}, cause: ${cause}`;
  const at =
    instruction === null ? "" : `, at "${instruction.text}"${instruction.sensitive ? " (sensitive)" : ""}`;
  return `CPL ${guest.cpl}: ${what}${at}`;
}

/** One line for everything that is named, in one order. */
export function describeEffects(effects: Effects | Raised | null): string[] {
  if (effects === null) return ["null"];
  if ("fault" in effects) return [`faults: ${event(effects.fault.vector, effects.fault.error)}`];
  const { registers = {}, eflags, push, cr0, cr2, cr3, halt, shadow, eip } = effects;
  const named = Object.entries({ ...registers, eflags, push, cr0, cr2, cr3 })
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${hex(value)}`]))
    .sort();
  return [`eip ${hex(eip)}`, ...named, ...(halt ? ["halts"] : []), ...(shadow ? ["shadow"] : [])];
}

export function describeGuest({
  cpl,
  eip,
  eflags,
  registers,
  selectors,
  stack,
  cr0,
  cr3,
}: VirtualCpu): string {
  return (
    `CPL ${cpl}, IOPL ${(eflags >> 12) & 3}, EFLAGS ${hex(eflags)}, EIP ${hex(eip)}, ESP ${hex(registers.esp)}, EAX ${hex(registers.eax)}, ` +
    `CS ${hex(selectors.cs)}, SS ${hex(selectors.ss)}, CR0 ${hex(cr0)}, CR3 ${hex(cr3)}, stack ${stack.map(hex).join(" ") || "empty"}`
  );
}

export const describeInstruction = ({ text, length, size }: Trapped) =>
  `"${text}", ${length} ${length === 1 ? "byte" : "bytes"}, operands of ${size}`;

export const describeDelivery = ({ frame, esp, ss, cs, eip, eflags }: Delivery): string[] => [
  `frame ${frame.map(hex).join(" ") || "empty"}`,
  `SS:ESP ${hex(ss)}:${hex(esp)}`,
  `CS:EIP ${hex(cs)}:${hex(eip)}`,
  `EFLAGS ${hex(eflags)}`,
];

export const describeEvent = ({ vector, error }: Event, { type, cs, eip, ss0, esp0 }: Gate) =>
  `${event(vector, error)}, ${type} gate to ${hex(cs)}:${hex(eip)}, ring 0 has the stack ${hex(ss0)}:${hex(esp0)}`;
