/**
 * The translator: one unit of guest kernel code to code for the cache. A unit is up to twelve instructions or ends with a branch,
 * with an instruction that the monitor executes, or before bytes that cannot be fetched (Adams & Agesen 2006, section 3). It knows no
 * machine: bytes come in, bytes go out, with the places that lead back.
 *
 *     guest                        cache
 *     mov  eax, [ebx]              mov  eax, [ebx]
 *     cli                          mov  dword gs:[virtualIf], 0
 *     jz   2000                    jz   A
 *                                  int  translate            → later: jmp to the next instruction's translation
 *                              A:  int  translate            → later: the jz itself goes to that of 2000
 */
import { decode } from "../../../machine/isa/decode.ts";
import { Instruction } from "../../../machine/isa/instruction.ts";
import { type Context, classify, mayWrite, type Treatment } from "./classify.ts";
import { Emitter } from "./emitter.ts";
import * as sequence from "./sequences.ts";
import { type Translation, UNDO } from "./translation.ts";

/** Of guest instructions in a unit. */
export const MOST_INSTRUCTIONS = 12;

/** The byte at an offset in CS; −1 where it cannot be fetched now. */
export type Fetch = (ip: number) => number;

export interface TranslateOptions {
  readonly most?: number;
  /** Offsets of instructions that shall be left to the monitor, whatever they are. */
  readonly callouts?: ReadonlySet<number>;
  /** The unit compares its source with memory each time that it is entered, and ends after an instruction that may write. */
  readonly checks?: boolean;
}

/** After these the unit goes on. */
const OPEN: ReadonlySet<Treatment> = new Set([
  "identical",
  "cli",
  "sti",
  "pushf",
  "popf",
  "pushSelector",
  "moveSelector",
]);
const UNFETCHED = new Error("the byte cannot be fetched");
/** In the order of the encoding, as the ISA table names them. */
const SEGMENTS = ["ES", "CS", "SS", "DS", "FS", "GS"];
const PREFIXES = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3]);
/** Of them those that an address depends on. */
const ADDRESSING = new Set([0x26, 0x36, 0x3e, 0x64, 0x67]);

/** An instruction with the bytes it was made of. */
interface Fetched {
  readonly instruction: Instruction;
  treatment: Treatment;
  readonly bytes: number[];
  readonly ip: number;
  /** Of the next one. */
  readonly next: number;
}

export function translateBlock(
  fetch: Fetch,
  ip: number,
  context: Context,
  options: TranslateOptions = {},
): Translation {
  return new Unit(fetch, context, options).translate(ip);
}

class Unit {
  readonly #out = new Emitter();
  readonly #fetch: Fetch;
  readonly #context: Context;
  readonly #callouts: ReadonlySet<number>;
  readonly #most: number;
  readonly #checks: boolean;

  constructor(fetch: Fetch, context: Context, { most, callouts, checks }: TranslateOptions) {
    this.#fetch = fetch;
    this.#context = context;
    this.#callouts = callouts ?? new Set();
    this.#most = most ?? MOST_INSTRUCTIONS;
    this.#checks = checks ?? false;
  }

  translate(start: number): Translation {
    const out = this.#out;
    const found = this.#collect(start);
    const last = found[found.length - 1];
    if (last === undefined)
      return { bytes: new Uint8Array(), places: [], exits: [], source: [], instructions: 0 };
    const source = found.flatMap(({ bytes }) => bytes);
    if (this.#checks) sequence.checkSource(out, start, this.#context.base, source);
    let open = true;
    let shadowed = false;
    for (const one of found) {
      const undo = shadowed ? UNDO.shadow : 0;
      // Past its check a unit must not be entered.
      if (this.#checks) out.place(one.ip, undo);
      else out.entry(one.ip, undo);
      open = this.#emit(one);
      if (shadowed) sequence.checkPending(out, one.next);
      shadowed = one.treatment === "sti";
    }
    if (open) out.exit(last.next);
    return {
      bytes: Uint8Array.from(out.bytes),
      places: out.places,
      exits: out.exits,
      source,
      instructions: found.length,
    };
  }

  /** The instructions of the unit. */
  #collect(start: number): Fetched[] {
    const all: Fetched[] = [];
    let at = start;
    // The instruction after STI belongs to it.
    let shadowed = false;
    while (all.length < this.#most || shadowed) {
      const found = this.#read(at);
      if (found === undefined) break;
      if (found.treatment === "sti" && !this.#plainAt(found.next)) found.treatment = "shadowCallout";
      all.push(found);
      if (!OPEN.has(found.treatment)) break;
      if (this.#checks && mayWrite(found.instruction)) break;
      shadowed = found.treatment === "sti";
      at = found.next;
    }
    return all;
  }

  #plainAt(ip: number): boolean {
    const next = this.#read(ip);
    return next?.treatment === "identical";
  }

  #read(ip: number): Fetched | undefined {
    const instruction = new Instruction();
    const bytes: number[] = [];
    let at = ip;
    try {
      decode(
        () => {
          if (at >>> 0 > this.#context.limit) throw UNFETCHED;
          const byte = this.#fetch(at);
          if (byte < 0) throw UNFETCHED;
          bytes.push(byte);
          at = (at + 1) | 0;
          return byte;
        },
        32,
        instruction,
      );
    } catch (error) {
      if (error !== UNFETCHED) throw error;
      return undefined;
    }
    const treatment = this.#callouts.has(ip) ? "callout" : classify(instruction, this.#context);
    return { instruction, treatment, bytes, ip, next: (ip + instruction.length) | 0 };
  }

  /** False when nothing can follow. */
  #emit(found: Fetched): boolean {
    const { instruction, treatment, bytes, ip, next } = found;
    const out = this.#out;
    switch (treatment) {
      case "identical":
        out.raw(...bytes);
        return true;
      case "cli":
        sequence.emitCli(out);
        return true;
      case "sti":
        sequence.emitSti(out);
        return true;
      case "pushf":
        sequence.emitPushf(out, ip, next);
        return true;
      case "popf":
        sequence.emitPopf(out, ip, next);
        return true;
      case "pushSelector":
        sequence.emitPushSelector(
          out,
          SEGMENTS.indexOf(instruction.row.operands[0] as string),
          instruction.size,
        );
        return true;
      case "moveSelector":
        sequence.emitMoveSelector(out, instruction);
        return true;
      case "return":
        sequence.emitReturn(out, ip, instruction);
        return false;
      case "indirectJump":
        sequence.emitIndirect(out, ip, loadOperand(bytes));
        return false;
      case "indirectCall":
        sequence.emitIndirect(out, ip, loadOperand(bytes), next);
        return false;
      case "callout":
        out.callout("emulate");
        return false;
      case "shadowCallout":
        out.callout("shadow");
        return false;
      default:
        this.#direct(found, (next + instruction.imm) | 0);
        return false;
    }
  }

  /** Direct branches. A target past CS's limit is a fault of the branch. */
  #direct({ instruction, treatment, ip, next }: Fetched, target: number): void {
    const out = this.#out;
    if (target >>> 0 > this.#context.limit) {
      out.callout("emulate");
      return;
    }
    switch (treatment) {
      case "call":
        sequence.pushValue(out, next);
        out.exit(target);
        return;
      case "loop": {
        // E0 … E3, over the way out of those that are not taken.
        if (instruction.addressSize === 2) out.raw(0x67);
        out.raw(LOOPS.indexOf(instruction.row.mnemonic) + 0xe0, 5);
        out.exit(next);
        out.exit(target);
        return;
      }
      case "branch": {
        out.raw(0x0f, 0x80 | conditionOf(instruction));
        const rel32 = out.here;
        out.dword(5);
        out.exit(next);
        out.exit(target, rel32);
        return;
      }
      case "jump":
        out.exit(target);
        return;
      default:
        throw new Error(`invariant: no translation of "${treatment}" at ${(ip >>> 0).toString(16)}`);
    }
  }
}

/** As their opcodes follow each other. */
const LOOPS = ["loopne", "loope", "loop", "jcxz"];

/** The low four bits of Jcc's opcode, 7x or 0F 8x. */
function conditionOf({ row }: Instruction): number {
  return Number.parseInt(row.opcode.slice(-2), 16) & 15;
}

/** FF /2 or /4 made into MOV EAX, r/m32. */
function loadOperand(bytes: readonly number[]): number[] {
  const opcode = bytes.findIndex((byte) => !PREFIXES.has(byte));
  const modrm = (bytes[opcode + 1] as number) & 0xc7;
  return [
    ...bytes.slice(0, opcode).filter((byte) => ADDRESSING.has(byte)),
    0x8b,
    modrm,
    ...bytes.slice(opcode + 2),
  ];
}
