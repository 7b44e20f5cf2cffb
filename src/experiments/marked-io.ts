/** What a guest's I/O costs between its two marks: exits by their reasons, copies, time and work. */
import type { Machine } from "../machine/machine.ts";
import type { EventName } from "../machine/trace.ts";
import type { Column } from "./experiment.ts";

const STEPS = 400_000_000;

/** Columns by what a request is called. */
export const ioColumns = <Unit extends string>(unit: Unit) =>
  ({
    exits: { label: "exits", unit: `per ${unit}` },
    registers: { label: "exits for a device's register", unit: `per ${unit}` },
    ports: { label: "exits for a port", unit: `per ${unit}` },
    interrupts: { label: "exits to deliver an interrupt", unit: `per ${unit}` },
    halts: { label: "exits to sleep", unit: `per ${unit}` },
    hypercalls: { label: "exits for an event to another domain", unit: `per ${unit}` },
    others: { label: "exits for other reasons", unit: `per ${unit}` },
    switches: { label: "switches between domains", unit: `per ${unit}` },
    copies: { label: "lines that the host copies", unit: `per ${unit}` },
    work: { label: "processor's work", unit: `cycles per ${unit}` },
    time: { label: "time", unit: `cycles per ${unit}` },
    throughput: { label: "throughput", unit: "Mbit/s" },
  }) satisfies Record<string, Column>;
export type IoRow = Record<keyof ReturnType<typeof ioColumns>, number>;

type Reason = "registers" | "ports" | "interrupts" | "halts" | "hypercalls" | "others";
/** By the engines' names of their crossings. */
const REASONS: Readonly<Record<string, Reason>> = {
  in: "ports",
  out: "ports",
  ins: "ports",
  outs: "ports",
  interrupt: "interrupts",
  interruptWindow: "interrupts",
  hlt: "halts",
  sched_op: "halts",
  event_channel_op: "hypercalls",
};
const reasonOf = (cause: string): Reason =>
  cause.endsWith("(device)") ? "registers" : (REASONS[cause] ?? "others");

/**
 * Runs the guest to its end, which must be a good one with `expected` printed, and reads what was between its marks.
 * @param crossings ways out of the guest so far, by cause
 * @param bytes of a request
 */
export function markedIo(
  { machine, crossings }: { machine: Machine; crossings: ReadonlyMap<string, number> },
  { expected, count, bytes, hertz }: { expected: string; count: number; bytes: number; hertz: number },
): IoRow {
  let output = "";
  machine.onSerial((byte) => {
    output += String.fromCharCode(byte);
  });
  const notes: { slept: number; crossings: ReadonlyMap<string, number> }[] = [];
  machine.board.marker.onMark = () =>
    notes.push({ slept: machine.clock.slept, crossings: new Map(crossings) });
  const stop = machine.run({ limit: STEPS });
  if (stop.reason !== "exit" || output.replaceAll("\r", "") !== expected)
    throw new Error(`invariant: the guest ended by ${stop.reason} and printed ${JSON.stringify(output)}`);
  const [from, to] = machine.board.marker.marks;
  const [before, after] = notes;
  if (from === undefined || to === undefined || before === undefined || after === undefined)
    throw new Error("invariant: the guest marked nothing");
  const reasons = { registers: 0, ports: 0, interrupts: 0, halts: 0, hypercalls: 0, others: 0 };
  for (const [cause, times] of after.crossings)
    reasons[reasonOf(cause)] += (times - (before.crossings.get(cause) ?? 0)) / count;
  const of = (name: EventName) => (to.counts[name] - from.counts[name]) / count;
  const exits = Object.values(reasons).reduce((sum, times) => sum + times);
  const counted = of("vmExit");
  // Out of a paravirtual guest there is no VM exit.
  if (counted > 0 && Math.abs(exits - counted) > 1e-9)
    throw new Error(`invariant: ${counted} VM exits for a request, and reasons for ${exits} of them`);
  const time = (to.cycle - from.cycle) / count;
  return {
    ...{ exits, ...reasons, switches: of("domainSwitch"), copies: of("copyLine") },
    ...{ work: time - (after.slept - before.slept) / count, time },
    throughput: (8 * bytes * hertz) / (time * 1e6),
  };
}
