/** The debugger's commands: each in one row, which is also what "help" prints. */

import { formatAddress } from "../../machine/debug/step.ts";
import { keystroke } from "../../machine/devices/i8042/scancodes.ts";
import { UserError } from "../errors.ts";
import { parseAddress, parseCount } from "./address.ts";
import type { Session } from "./session.ts";
import { counters, dump, globalTable, interruptTable, modes, registers, segmentTable } from "./show.ts";
import { drawWalk } from "./walk.ts";

interface Command {
  readonly name: string;
  /** The short form; a capital goes backwards. */
  readonly letter: string;
  readonly usage: string;
  readonly help: string;
  /** An empty line does it again. */
  readonly again?: true;
  readonly run: (session: Session, args: string[]) => void | Promise<void>;
}

const LISTED = 10;
const DUMPED = 64;
const TRACED = 20;
const SCREEN_COLUMNS = 80;
const MOST_DUMPED = 65536;

export const COMMANDS: readonly Command[] = [
  {
    ...{ name: "step", letter: "s", usage: "[N]", again: true, run: step },
    help: "run one instruction, or N, and show what the last one changed",
  },
  {
    ...{ name: "next", letter: "n", usage: "", again: true, run: next },
    help: "run one instruction, a call or INT with all that it does",
  },
  {
    ...{ name: "continue", letter: "c", usage: "[N]", again: true, run: goOn },
    help: "run to a breakpoint or to the end, at most N instructions",
  },
  {
    ...{ name: "trace", letter: "t", usage: "[N]", again: true, run: trace },
    help: `run N instructions (${TRACED}) and show what each changed; stops at breakpoints`,
  },
  {
    ...{ name: "back", letter: "S", usage: "[N]", again: true, run: back },
    help: "go back one instruction, or N",
  },
  {
    ...{ name: "rback", letter: "C", usage: "", again: true, run: backToBreakpoint },
    help: "go back to the last breakpoint that was met",
  },
  { ...{ name: "goto", letter: "g", usage: "STEP", run: goTo }, help: "go to a step by its number" },
  {
    ...{ name: "break", letter: "b", usage: "[ADDR]", run: setBreak },
    help: "stop before the instruction at ADDR; without ADDR: list",
  },
  {
    ...{ name: "delete", letter: "d", usage: "[ADDR]", run: remove },
    help: "forget the breakpoint at ADDR; without ADDR: all",
  },
  {
    ...{ name: "registers", letter: "r", usage: "", run: (it) => it.print(registers(it.machine)) },
    help: "all registers",
  },
  {
    ...{ name: "x", letter: "x", usage: "ADDR [N]", run: examine },
    help: `dump N bytes of memory (${DUMPED})`,
  },
  {
    ...{ name: "list", letter: "l", usage: "[ADDR] [N]", run: list },
    help: `disassemble N instructions (${LISTED})`,
  },
  { ...{ name: "walk", letter: "w", usage: "ADDR", run: walk }, help: "draw the page walk of an address" },
  { ...{ name: "info", letter: "i", usage: "WHAT", run: info }, help: "modes, segments, gdt or idt" },
  {
    ...{ name: "events", letter: "e", usage: "", run: (it) => it.print(counters(it.machine)) },
    help: "what happened so far, counted",
  },
  {
    ...{ name: "send", letter: "", usage: "TEXT", run: send },
    help: "send TEXT to the guest's serial port; \\n and \\r are line ends",
  },
  { ...{ name: "type", letter: "", usage: "TEXT", run: type }, help: "type TEXT on the guest's keyboard" },
  { ...{ name: "screen", letter: "", usage: "", run: screen }, help: "the guest's text screen" },
  { ...{ name: "help", letter: "h", usage: "", run: help }, help: "this list" },
  {
    ...{ name: "quit", letter: "q", usage: "", run: (it: Session) => it.end() },
    help: "leave",
  },
];

/** The commands of a line, which ";" parts; what takes a text takes the rest of the line. */
export function parts(line: string): string[] {
  const end = line.indexOf(";");
  const word = line.trim().split(/\s/, 1)[0] as string;
  if (end < 0 || COMMANDS.some(({ name, usage }) => usage === "TEXT" && name === word)) return [line];
  return [line.slice(0, end), ...parts(line.slice(end + 1))];
}

/** Carries out a command. Returns whether an empty line after it repeats it. Throws a UserError for what cannot be done. */
export async function execute(session: Session, line: string): Promise<boolean> {
  const [word, ...args] = line.trim().split(/\s+/) as [string, ...string[]];
  if (word === "" || word.startsWith("#")) return false;
  const command = find(word);
  const most = command.usage.split(" ").filter(Boolean).length;
  if (args.length > most && !command.usage.includes("TEXT"))
    throw new UserError(`usage: ${command.name} ${command.usage}`.trimEnd());
  const least = command.usage.split(" ").filter((part) => part !== "" && !part.startsWith("[")).length;
  if (args.length < least) throw new UserError(`usage: ${command.name} ${command.usage}`);
  await command.run(session, command.usage === "TEXT" ? [line.trim().slice(word.length).trim()] : args);
  return command.again === true;
}

function find(word: string): Command {
  const exact = COMMANDS.find(({ name, letter }) => word === name || word === letter);
  if (exact) return exact;
  const begun = COMMANDS.filter(({ name }) => name.startsWith(word.toLowerCase()));
  if (begun.length === 1) return begun[0] as Command;
  if (begun.length === 0) throw new UserError(`there is no command "${word}": "help" lists them`);
  throw new UserError(`"${word}" may be ${begun.map(({ name }) => name).join(" or ")}: write more of it`);
}

async function step(session: Session, [count]: string[]): Promise<void> {
  const steps = parseCount(count, 1);
  const { debugger: target } = session;
  if (steps > 1) {
    const { now } = target;
    const stop = await session.run(target.going(steps - 1));
    if (stop?.reason !== "limit" || target.now < now + steps - 1) return session.showStop(stop);
  }
  if (steps > 0) {
    const one = target.step();
    session.flush();
    session.showStep(one);
    if (one.stop) return session.showStop(one.stop);
  }
  session.where();
}

async function next(session: Session): Promise<void> {
  session.showStop(await session.run(session.debugger.nexting()));
}

async function goOn(session: Session, [count]: string[]): Promise<void> {
  const limit = parseCount(count, Number.POSITIVE_INFINITY);
  session.showStop(await session.run(session.debugger.continuing(limit)));
}

async function trace(session: Session, [count]: string[]): Promise<void> {
  session.showStop(await session.run(tracing(session, parseCount(count, TRACED))));
}

/** Stops as continue does: the breakpoint that it stands on does not hold it. */
function* tracing(session: Session, count: number) {
  const { debugger: target } = session;
  for (let done = 0; done < count; done++) {
    const at = session.here;
    if (done > 0 && target.breakpoints.has(at)) return { reason: "breakpoint", address: at } as const;
    const one = target.step();
    session.showStep(one);
    if (one.stop) return one.stop;
    yield;
  }
  return { reason: "limit" } as const;
}

function back(session: Session, [count]: string[]): void {
  session.debugger.back(parseCount(count, 1));
  moved(session);
}

function backToBreakpoint(session: Session): void {
  if (session.debugger.breakpoints.size === 0)
    throw new UserError('there is no breakpoint to go back to: set one with "break ADDR"');
  if (!session.debugger.backToBreakpoint()) throw new UserError("no breakpoint was met before this step");
  moved(session);
}

function goTo(session: Session, [moment]: string[]): void {
  const stop = session.debugger.goTo(parseCount(moment, 0));
  if (stop) session.showStop(stop);
  else moved(session);
}

function moved(session: Session): void {
  session.flush();
  session.print(session.moment);
  session.where();
}

function setBreak(session: Session, [text]: string[]): void {
  const { breakpoints } = session.debugger;
  if (text !== undefined) breakpoints.add(parseAddress(session, text));
  else if (breakpoints.size === 0) session.print("no breakpoints");
  for (const at of breakpoints) session.print(`breakpoint ${named(session, at)}`);
}

function named(session: Session, at: number): string {
  const name = session.program?.nameOf(at);
  return `${formatAddress(at)}${name ? ` ${name}` : ""}`;
}

function remove(session: Session, [text]: string[]): void {
  const { breakpoints } = session.debugger;
  if (text === undefined) breakpoints.clear();
  else {
    const at = parseAddress(session, text);
    if (!breakpoints.delete(at)) throw new UserError(`there is no breakpoint at ${formatAddress(at)}`);
  }
}

function examine(session: Session, [text, count]: string[]): void {
  const at = parseAddress(session, text as string);
  const length = parseCount(count, DUMPED);
  if (length > MOST_DUMPED) throw new UserError(`${MOST_DUMPED} bytes at most are dumped at once`);
  const bytes = session.peek(at, length);
  if (bytes.length > 0) session.print(dump(at, bytes));
  if (bytes.length < length) session.print(`${formatAddress(at + bytes.length)}  (not mapped to memory)`);
}

function list(session: Session, [text, count]: string[]): void {
  const at = text === undefined ? session.here : parseAddress(session, text);
  for (const line of session.lines(parseCount(count, LISTED), at)) {
    const name = session.program?.nameOf(line.at);
    if (name) session.print(`${name}:`);
    const mark = line.at === session.here ? "→" : session.debugger.breakpoints.has(line.at) ? "●" : " ";
    session.print(`${mark} ${session.describe(line)}`);
  }
}

function walk(session: Session, [text]: string[]): void {
  session.print(drawWalk(session.machine.mmu.explain(parseAddress(session, text as string))));
}

function info(session: Session, [what]: string[]): void {
  const { machine } = session;
  const tables = { modes, segments: segmentTable, gdt: globalTable, idt: interruptTable };
  const show = Object.entries(tables).find(([name]) => name.startsWith(what as string))?.[1];
  if (!show)
    throw new UserError(`info is there about ${Object.keys(tables).join(", ")}, not about "${what}"`);
  session.print(show(machine));
}

function send(session: Session, [text]: string[]): void {
  const bytes = new TextEncoder().encode((text as string).replaceAll("\\n", "\n").replaceAll("\\r", "\r"));
  session.debugger.input(() => session.machine.serialInput(bytes));
}

function type(session: Session, [text]: string[]): void {
  const typed = (text as string).replaceAll("\\n", "\n");
  const unknown = [...typed].filter((character) => !keystroke(character));
  if (unknown.length > 0)
    throw new UserError(`the keyboard has no key for ${unknown.map((it) => `"${it}"`).join(", ")}`);
  session.debugger.input(() => session.machine.board.keyboard.type(typed));
}

function screen(session: Session): void {
  const text = session.machine.board.vga.text().join("\n").trimEnd();
  const rule = "─".repeat(SCREEN_COLUMNS);
  session.print(text === "" ? "the screen is empty" : [rule, text, rule].join("\n"));
}

function help(session: Session): void {
  const heads = COMMANDS.map(({ name, letter, usage }) => {
    const short = letter && letter !== name ? `${letter}, ` : "";
    return `${short}${name} ${usage}`.trimEnd();
  });
  const width = Math.max(...heads.map((head) => head.length));
  for (const [n, { help: text }] of COMMANDS.entries())
    session.print(`  ${(heads[n] as string).padEnd(width)}  ${text}`);
  session.print(
    '\nADDR: hexadecimal, a label, a register, a sum of them (main+10, esp-8), or SEGMENT:OFFSET. Commands may be joined by ";".',
  );
}
