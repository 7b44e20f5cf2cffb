/** Reads commands line by line, from a terminal or a pipe, and carries them out. */
import { createInterface, type Interface } from "node:readline";
import { Program } from "../../machine/debug/program.ts";
import { kindOf } from "../../machine/load/boot.ts";
import { assembleFile, readSource } from "../assemble.ts";
import { type MachineCommandOptions, readImage } from "../boot/options.ts";
import { start } from "../boot/start.ts";
import { UserError } from "../errors.ts";
import { COMMANDS, execute, parts } from "./commands.ts";
import { Session } from "./session.ts";

export async function main(file: string, options: MachineCommandOptions): Promise<void> {
  const session = /\.(asm|s|nasm)$/i.test(file) ? await ofSource(file, options) : ofImage(file, options);
  const interactive = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const lines = createInterface({
    input: process.stdin,
    ...(interactive && { output: process.stdout, completer }),
    historySize: 1000,
  });
  lines.on("SIGINT", () => session.interrupt());
  const interrupt = () => session.interrupt();
  process.on("SIGINT", interrupt);
  try {
    if (interactive) session.print('Type "help" for the commands, "quit" to leave.');
    session.where();
    await converse(session, lines, interactive);
  } finally {
    process.off("SIGINT", interrupt);
    lines.close();
    process.stdin.destroy();
  }
}

async function converse(session: Session, lines: Interface, interactive: boolean): Promise<void> {
  const prompt = () => {
    if (!interactive) return;
    lines.setPrompt(`(${session.debugger.now.toLocaleString("en-US")}) `);
    lines.prompt();
  };
  let last = "";
  prompt();
  for await (const line of lines) {
    // An empty line goes on with what one does again and again.
    const text = interactive && line.trim() === "" ? last : line;
    last = "";
    for (const one of parts(text)) {
      const { again, failed } = await attempt(session, one);
      if (again) last = text;
      if (failed && !interactive) process.exitCode = 1;
      if (session.ended) return;
    }
    prompt();
  }
}

async function attempt(session: Session, line: string): Promise<{ again: boolean; failed: boolean }> {
  try {
    return { again: await execute(session, line), failed: false };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    session.complain(error.message);
    return { again: false, failed: true };
  } finally {
    session.flush();
  }
}

function ofImage(file: string, options: MachineCommandOptions): Session {
  return new Session(start(file, readImage(file, "the image"), options));
}

async function ofSource(file: string, options: MachineCommandOptions): Promise<Session> {
  const assembly = await assembleFile(file);
  const { bytes, origin } = assembly;
  if (bytes.length === 0) throw new UserError(`${file} assembles to nothing: there is no code to debug`);
  const asked = options.multiboot || options.origin !== undefined || options.mode !== undefined;
  const flat = !asked && !isBootable(bytes);
  const machine = start(file, bytes, {
    ...options,
    ...((flat || options.mode !== undefined) && { origin: options.origin ?? `0x${origin.toString(16)}` }),
  });
  return new Session(machine, new Program(assembly, readSource));
}

function isBootable(bytes: Uint8Array): boolean {
  try {
    kindOf(bytes);
    return true;
  } catch {
    return false;
  }
}

function completer(line: string): [string[], string] {
  const words = COMMANDS.map(({ name }) => name).filter((name) => name.startsWith(line));
  return [words, line];
}
