/**
 * Runs the boot path, whole or one piece of it, and tells what came of it. A student's assembly may be anything: it has a size, a
 * number of steps, and an end that is explained.
 *
 *     protect ──▶ protected:   map ──▶ mapped:   lengthen ──▶ long:   hlt
 */
import {
  AssemblerError,
  type Assembly,
  assemble,
  type Gva,
  type Machine,
  type ModeTrace,
  type ModeVisit,
  type Stop,
  traceModes,
} from "../../src/machine/index.ts";
import type { Piece } from "./component.ts";
import { ORIGIN, type Powered, powerUp, type Start } from "./start.ts";

/** What a piece is written in, and the label at its end. */
const PIECES: Readonly<Record<Piece, { bits: number; end: string; endBits: number }>> = {
  protect: { bits: 16, end: "protected", endBits: 32 },
  map: { bits: 32, end: "mapped", endBits: 32 },
  lengthen: { bits: 32, end: "long", endBits: 64 },
};
const BYTES = 4096;
const STEPS = 20_000;

/** The pieces one after the other, each with the lines that stand around it. */
interface Program {
  text: string;
  /** In which line of the text each piece begins. */
  firstLines: { piece: Piece; line: number }[];
}

function program(texts: readonly (readonly [Piece, string])[]): Program {
  const lines = [`org ${ORIGIN}`];
  const firstLines: Program["firstLines"] = [];
  for (const [piece, text] of texts) {
    const { bits, end, endBits } = PIECES[piece];
    lines.push(`bits ${bits}`);
    firstLines.push({ piece, line: lines.length + 1 });
    lines.push(...text.split("\n"), `bits ${endBits}`, `${end}:`);
  }
  lines.push("hlt");
  return { text: lines.join("\n"), firstLines };
}

/** The trace of a run that had a program to run, and the machine with what some registers held before. */
export interface Booted extends ModeTrace {
  machine: Machine;
  before: Pick<Powered, "cr0" | "cr4" | "efer">;
}

/** What came of it: the run, or what the assembler has to say. */
export type Boot = { problem: string } | Booted;

/** Assembles pieces and runs them from where the first of them begins to the end of the last. */
export function bootPieces(texts: readonly (readonly [Piece, string])[], start: Omit<Start, "piece">): Boot {
  const assembled = assemblePieces(texts);
  if ("problem" in assembled) return assembled;
  const { bytes, symbols } = assembled;
  const last = texts.at(-1) as readonly [Piece, string];
  const { machine, ...before } = powerUp(bytes, { ...start, piece: texts[0]![0] });
  const until = symbols.get(PIECES[last[0]].end) as Gva;
  return { ...traceModes(machine, { limit: STEPS * texts.length, until }), machine, before };
}

function assemblePieces(texts: readonly (readonly [Piece, string])[]): Assembly | { problem: string } {
  const source = program(texts);
  try {
    const assembly = assemble(source.text);
    const most = BYTES * texts.length;
    if (assembly.origin !== ORIGIN) return { problem: "The program has an ORG of its own: leave it out." };
    if (assembly.bytes.length > most)
      return { problem: `The program has ${assembly.bytes.length} bytes, more than the ${most} of C7.` };
    return assembly;
  } catch (error) {
    if (!(error instanceof AssemblerError)) throw error;
    return {
      problem: error.problems
        .slice(0, 3)
        .map((problem) => place(problem, source))
        .join("\n"),
    };
  }
}

/** "protect, line 4, column 9: …" with the line and a caret below. */
function place(
  { line, column, message, text }: AssemblerError["problems"][number],
  { firstLines }: Program,
): string {
  const piece = firstLines.findLast((each) => each.line <= line);
  const where = piece ? `${piece.piece}, line ${line - piece.line + 1}` : `line ${line}`;
  return [`${where}, column ${column}: ${message}`, `    ${text}`, `    ${" ".repeat(column - 1)}^`].join(
    "\n",
  );
}

/** Modes and the end as a sequence of events; the last one is "arrives" when all went well. */
export function events(boot: Boot): string[] {
  if ("problem" in boot) return ["does not assemble", ...boot.problem.split("\n")];
  return [...boot.visits.map(({ mode }) => mode), end(boot)];
}

export const ARRIVES = "arrives";

export const arrived = (boot: Boot): boot is Booted =>
  !("problem" in boot) && boot.stop.reason === "breakpoint";

function end({ stop, last, visits }: ModeTrace): string {
  if (stop.reason === "breakpoint") return ARRIVES;
  const mode = visits.at(-1)?.mode;
  return `${why(stop)} in mode "${mode}" at ${hex(last.at)}: ${last.text}`;
}

function why(stop: Stop): string {
  switch (stop.reason) {
    case "shutdown":
      return `triple fault (${stop.detail.replace(/,? and .*/, " first, and nobody to handle it")})`;
    case "limit":
      return `still running after ${STEPS.toLocaleString("en")} steps`;
    case "halt":
      return "halts";
    default:
      return `stops (${stop.reason})`;
  }
}

export const hex = (value: number): string => `${(value >>> 0).toString(16).toUpperCase()}h`;

/** One row a mode, for a table: what brought it, how long it lasted. */
export function modeRows(
  boot: Boot,
): { mode: string; "brought by": string; instructions: number; cycles: number }[] {
  if ("problem" in boot) return [];
  return boot.visits.map(({ mode, by, steps, cycles }: ModeVisit) => ({
    mode,
    "brought by": by ? `${hex(by.at)}: ${by.text}` : "the start",
    instructions: steps,
    cycles,
  }));
}
