/** Boots an image and stays with it to its end. */
import { Debugger } from "../../machine/debug/debugger.ts";
import { keystroke } from "../../machine/devices/i8042/scancodes.ts";
import type { Machine } from "../../machine/machine.ts";
import { parsePort, serveGdb } from "./gdb.ts";
import { type BootCommandOptions, readImage } from "./options.ts";
import { Output } from "./output.ts";
import { parseCount } from "./quantity.ts";
import { describeEnd, describeState, type End, exitStatus } from "./report.ts";
import { start } from "./start.ts";
import { Terminal } from "./terminal.ts";
import { type Tracer, tracerOf } from "./tracer.ts";

/** Instructions between two looks at the terminal. */
const SLICE = 1_000_000;
const TRACED_SLICE = 1000;
/** The longest sleep of a machine that is ahead of real time. */
const NAP = 50;

export async function main(file: string, options: BootCommandOptions): Promise<void> {
  const limit = options.limit === undefined ? Number.POSITIVE_INFINITY : parseCount(options.limit);
  const port = options.gdb === undefined ? undefined : parsePort(options.gdb);
  const tracer = tracerOf(options);
  const machine = start(file, readImage(file, "the image"), options);
  const target = port === undefined ? undefined : new Debugger(machine);
  const serial = options.serial || !options.screen;
  const output = new Output();
  const terminal = new Terminal((bytes) => {
    const give = () => (serial ? machine.serialInput(bytes) : typeKeys(machine, bytes));
    if (target) target.input(give);
    else give();
  });
  // Going back repeats what was printed already.
  if (serial) machine.onSerial((byte) => target?.replaying || output.put(byte));
  let end: End;
  try {
    end = target
      ? await serveGdb({ port: port as number, target, rest: () => rest(terminal, output) })
      : await run(machine, { limit, tracer, terminal, output });
  } finally {
    await output.flush();
    terminal.close();
    tracer?.close();
  }
  if (output.midLine && process.stdout.isTTY && end.reason !== "exit") process.stdout.write("\n");
  if (options.screen) process.stdout.write(`${machine.board.vga.text().join("\n").trimEnd()}\n`);
  if (end.reason !== "exit") console.error(describeEnd(end, machine));
  if (end.reason === "shutdown" || end.reason === "interrupted") console.error(describeState(machine));
  process.exitCode = exitStatus(end);
}

/** Between two slices: what was printed goes out, what was typed comes in. True when that is the end. */
async function rest(terminal: Terminal, output: Output): Promise<boolean> {
  await output.flush();
  await new Promise((resolve) => setImmediate(resolve));
  return terminal.ended || output.broken;
}

/** What has no key on the keyboard is left out. */
function typeKeys(machine: Machine, bytes: Uint8Array): void {
  const typed = [...new TextDecoder().decode(bytes)].filter((character) => keystroke(character));
  machine.board.keyboard.type(typed.join(""));
}

interface Run {
  limit: number;
  tracer: Tracer | undefined;
  terminal: Terminal;
  output: Output;
}

/** In slices, so that what is typed reaches the guest and Ctrl-C reaches us. */
async function run(machine: Machine, { limit, tracer, terminal, output }: Run): Promise<End> {
  const began = performance.now();
  let left = limit;
  while (left > 0) {
    const tracing = tracer?.due(machine.steps) === true;
    const slice = Math.min(left, tracing ? TRACED_SLICE : SLICE, tracer?.until(machine.steps) ?? left);
    const stop = tracing ? (tracer as Tracer).run(machine, slice) : machine.run({ limit: slice });
    left -= slice;
    await output.flush();
    if (terminal.ended || output.broken) return { reason: "interrupted" };
    if (stop.reason === "halt" && terminal.open) await terminal.wait(Number.POSITIVE_INFINITY);
    else if (stop.reason !== "limit") return stop;
    else await keepTime(machine, began, terminal);
  }
  return { reason: "limit" };
}

/** Somebody who types expects a second to be a second; everybody else wants the result. */
async function keepTime(machine: Machine, began: number, terminal: Terminal): Promise<void> {
  const ahead = (machine.clock.now / machine.profile.hertz) * 1000 - (performance.now() - began);
  if (terminal.interactive && ahead > 1) await terminal.wait(Math.min(ahead, NAP));
  else await new Promise((resolve) => setImmediate(resolve));
}
