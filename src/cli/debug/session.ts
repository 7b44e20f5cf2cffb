/** One debugged machine and what its user sees of it: on a terminal with colours, elsewhere as plain text. */
import { styleText } from "node:util";
import type { Gva } from "../../machine/address.ts";
import type { Stop } from "../../machine/cpu/cpu.ts";
import { Debugger } from "../../machine/debug/debugger.ts";
import { instructionAddress, peek } from "../../machine/debug/look.ts";
import { modeName } from "../../machine/debug/modes.ts";
import type { Program } from "../../machine/debug/program.ts";
import { formatLine, formatStep, type Line, listing, type Step } from "../../machine/debug/step.ts";
import type { Machine } from "../../machine/machine.ts";
import { why } from "../boot/report.ts";

const SOURCE_COLUMN = 60;
const NEWLINE = 10;

type Style = "bold" | "dim" | "red" | "cyan" | "green" | "yellow";

export class Session {
  readonly debugger: Debugger;
  readonly program: Program | undefined;
  ended = false;
  #interrupted = false;
  #serial: number[] = [];

  constructor(machine: Machine, program?: Program) {
    this.debugger = new Debugger(machine);
    this.program = program;
    machine.onSerial((byte) => this.#receive(byte));
  }

  get machine(): Machine {
    return this.debugger.machine;
  }

  print(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  complain(message: string): void {
    this.print(this.paint("red", `error: ${message}`));
  }

  paint(style: Style, text: string): string {
    return process.stdout.isTTY ? styleText(style, text) : text;
  }

  /** Ends what runs; the machine stays where it is. */
  interrupt(): void {
    this.#interrupted = true;
  }

  end(): void {
    this.ended = true;
  }

  /** Carries through what runs in pieces; undefined when the user interrupted it. */
  async run<T>(running: Generator<void, T>): Promise<T | undefined> {
    this.#interrupted = false;
    for (;;) {
      const { done, value } = running.next();
      if (done) return value;
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#interrupted) return undefined;
    }
  }

  /** Where the machine stands: the instruction that comes next. */
  where(): void {
    const [line] = this.lines(1) as [Line];
    this.print(`${this.paint("green", "→")} ${this.describe(line)}`);
  }

  /** The instructions from an address on, their operands with the program's names. */
  lines(count: number, from?: Gva): Line[] {
    return listing(this.machine, count, from, (address) => this.program?.nameOf(address));
  }

  /** An instruction with its source. */
  describe(line: Line): string {
    const source = this.program?.lineAt(line.at, line.bytes);
    const text = formatLine(line);
    if (!source) return text;
    return `${text.padEnd(SOURCE_COLUMN)} ${this.paint("dim", `${source.file}:${source.line}  ${source.text}`)}`;
  }

  /** A step that was taken. */
  showStep(step: Step): void {
    const text = formatStep(step);
    this.print(`  ${step.deliveries.length > 0 ? this.paint("yellow", text) : text}`);
  }

  /** Why it stopped and where, unless the end was what was asked for. */
  showStop(stop: Stop | undefined): void {
    this.flush();
    if (stop === undefined) this.print(this.paint("yellow", "interrupted"));
    // Behind a call that was stepped over there need not be a breakpoint.
    else if (stop.reason === "breakpoint" && this.debugger.breakpoints.has(stop.address)) {
      const name = this.program?.nameOf(stop.address);
      this.print(this.paint("cyan", `breakpoint${name ? ` ${name}` : ""}, step ${this.debugger.now}`));
    } else if (stop.reason !== "limit" && stop.reason !== "breakpoint")
      this.print(this.paint("yellow", why(stop)));
    this.where();
  }

  /** "step 12, real mode". */
  get moment(): string {
    const { cpu } = this.machine;
    return `step ${this.debugger.now}, mode: ${modeName(cpu)}${cpu.halted ? ", halted" : ""}`;
  }

  /** The bytes of the instruction that comes next. */
  get here(): Gva {
    return instructionAddress(this.machine);
  }

  peek(at: Gva, length: number): Uint8Array {
    return peek(this.machine, at, length);
  }

  /** What the guest sent and has no line's end yet is shown as well. */
  flush(): void {
    if (this.#serial.length === 0) return;
    const text = new TextDecoder()
      .decode(Uint8Array.from(this.#serial))
      .replaceAll("\r", "")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: a guest's control characters must not reach the terminal.
      .replace(/[\x00-\x08\x0b-\x1f\x7f]/g, "·");
    this.#serial = [];
    this.print(this.paint("cyan", `serial │ ${text.replace(/\n$/, "")}`));
  }

  #receive(byte: number): void {
    if (this.debugger.replaying) return;
    this.#serial.push(byte);
    if (byte === NEWLINE) this.flush();
  }
}
