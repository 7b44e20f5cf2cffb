/** Boots an image and stays with it to its end. */
import type { Stop } from "../../machine/cpu/cpu.ts";
import { formatStep, step } from "../../machine/debug/step.ts";
import { keystroke } from "../../machine/devices/i8042/scancodes.ts";
import type { Machine } from "../../machine/machine.ts";
import { type BootCommandOptions, readImage } from "./options.ts";
import { Output } from "./output.ts";
import { parseCount } from "./quantity.ts";
import { describeEnd, describeState, type End, exitStatus } from "./report.ts";
import { start } from "./start.ts";
import { Terminal } from "./terminal.ts";

/** Instructions between two looks at the terminal. */
const SLICE = 1_000_000;
const TRACED_SLICE = 1000;
/** The longest sleep of a machine that is ahead of real time. */
const NAP = 50;

export async function main(file: string, options: BootCommandOptions): Promise<void> {
  const limit = options.limit === undefined ? Number.POSITIVE_INFINITY : parseCount(options.limit);
  const machine = start(file, readImage(file, "the image"), options);
  const serial = options.serial || !options.screen;
  const output = new Output();
  const terminal = new Terminal((bytes) => {
    if (serial) machine.serialInput(bytes);
    else typeKeys(machine, bytes);
  });
  if (serial) machine.onSerial(output.put);
  let end: End;
  try {
    end = await run(machine, { limit, trace: options.trace === true, terminal, output });
  } finally {
    await output.flush();
    terminal.close();
  }
  if (output.midLine && process.stdout.isTTY && end.reason !== "exit") process.stdout.write("\n");
  if (options.screen) process.stdout.write(`${machine.board.vga.text().join("\n").trimEnd()}\n`);
  if (end.reason !== "exit") console.error(describeEnd(end, machine));
  if (end.reason === "shutdown" || end.reason === "interrupted") console.error(describeState(machine));
  process.exitCode = exitStatus(end);
}

/** What has no key on the keyboard is left out. */
function typeKeys(machine: Machine, bytes: Uint8Array): void {
  const typed = [...new TextDecoder().decode(bytes)].filter((character) => keystroke(character));
  machine.board.keyboard.type(typed.join(""));
}

interface Run {
  limit: number;
  trace: boolean;
  terminal: Terminal;
  output: Output;
}

/** In slices, so that what is typed reaches the guest and Ctrl-C reaches us. */
async function run(machine: Machine, { limit, trace, terminal, output }: Run): Promise<End> {
  const began = performance.now();
  const slice = trace ? TRACED_SLICE : SLICE;
  for (let left = limit; left > 0; left -= slice) {
    const stop = trace
      ? traced(machine, Math.min(left, slice))
      : machine.run({ limit: Math.min(left, slice) });
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

function traced(machine: Machine, steps: number): Stop {
  let lines = "";
  let stop: Stop = { reason: "limit" };
  for (let i = 0; i < steps && stop.reason === "limit"; i++) {
    const one = step(machine);
    lines += `${formatStep(one)}\n`;
    stop = one.stop ?? stop;
  }
  process.stderr.write(lines);
  return stop;
}
