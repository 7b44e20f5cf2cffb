/** What C13 to C15 say, and where a handler begins for somebody who misread one of them. */
import { describeDelivery } from "../../../labs/03-trap-and-emulate/describe.ts";
import type { Injecting } from "../../../labs/03-trap-and-emulate/scenarios.ts";

export const SLIPS = [
  "the frame is upside down",
  "no error code",
  "always an error code",
  "never ESP and SS",
  "always ESP and SS",
  "ESP after SS",
  "the guest's own stack",
  "always the stack of the TSS",
  "ESP above the frame",
  "SS stays",
  "IF is always clear",
  "IF stays",
  "TF stays",
  "NT and RF stay",
  "the frame has the handler's flags",
] as const;
export type Slip = (typeof SLIPS)[number];

export function delivery({ event, guest, gate }: Injecting, slip?: Slip): string[] {
  const { eflags, selectors, registers } = guest;
  const program = guest.cpl === 3;
  let cleared = 0x34100;
  if (gate.type === "interrupt" || slip === "IF is always clear") cleared |= 0x200;
  if (slip === "IF stays") cleared &= ~0x200;
  if (slip === "TF stays") cleared &= ~0x100;
  if (slip === "NT and RF stay") cleared &= ~0x14000;
  const after = eflags & ~cleared;
  const code = event.error ?? (slip === "always an error code" ? 0 : null);
  const withStack = slip === "always ESP and SS" || (program && slip !== "never ESP and SS");
  const stack = [registers.esp, selectors.ss];
  const frame = [
    ...(code === null || slip === "no error code" ? [] : [code]),
    ...[guest.eip, selectors.cs, slip === "the frame has the handler's flags" ? after : eflags],
    ...(withStack ? (slip === "ESP after SS" ? stack.reverse() : stack) : []),
  ];
  if (slip === "the frame is upside down") frame.reverse();
  const inner = slip === "always the stack of the TSS" || (program && slip !== "the guest's own stack");
  const top = inner ? gate.esp0 : registers.esp;
  return describeDelivery({
    frame,
    esp: slip === "ESP above the frame" ? top : (top - 4 * frame.length) >>> 0,
    ss: inner && slip !== "SS stays" ? gate.ss0 : selectors.ss,
    ...{ cs: gate.cs, eip: gate.eip, eflags: after },
  });
}
