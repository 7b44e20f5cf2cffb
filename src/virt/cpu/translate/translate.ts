/**
 * The translator: one unit of guest kernel code to code for the cache. A unit is up to twelve instructions or ends with a branch,
 * with an instruction that the monitor executes, or before bytes that cannot be fetched (Adams & Agesen 2006, section 3). It knows no
 * machine: bytes come in, bytes go out, with the places that lead back. What stands for an instruction is the policy's choice.
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
import { describe } from "./describe.ts";
import { emitItem, ends } from "./emit.ts";
import { Emitter } from "./emitter.ts";
import type { Fetched } from "./fetched.ts";
import { BadTranslation, type Item, type TranslationPolicy } from "./policy.ts";
import { REFERENCE } from "./reference.ts";
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
  readonly policy?: TranslationPolicy;
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
  readonly #policy: TranslationPolicy;

  constructor(fetch: Fetch, context: Context, { most, callouts, checks, policy }: TranslateOptions) {
    this.#fetch = fetch;
    this.#context = context;
    this.#callouts = callouts ?? new Set();
    this.#most = most ?? MOST_INSTRUCTIONS;
    this.#checks = checks ?? false;
    this.#policy = policy ?? REFERENCE;
  }

  translate(start: number): Translation {
    const out = this.#out;
    const unit = this.#collect(start);
    const plan = unit.length === 0 ? [] : this.#plan(unit);
    const found = unit.slice(0, plan.length);
    const last = found[found.length - 1];
    if (last === undefined)
      return { bytes: new Uint8Array(), places: [], exits: [], source: [], instructions: 0 };
    const source = found.flatMap(({ bytes }) => bytes);
    if (this.#checks) sequence.checkSource(out, start, this.#context.base, source);
    let shadowed = false;
    for (const [i, one] of found.entries()) {
      const items = plan[i] as readonly Item[];
      const undo = shadowed ? UNDO.shadow : 0;
      // Past its check a unit must not be entered.
      if (this.#checks) out.place(one.ip, undo);
      else out.entry(one.ip, undo);
      for (const item of items) emitItem(out, item, one);
      const final = items[items.length - 1];
      shadowed = final?.op === "setIf" && final.value === 1;
    }
    if (!ends(plan[found.length - 1] as readonly Item[])) out.exit(last.next);
    out.finish();
    return {
      bytes: Uint8Array.from(out.bytes),
      places: out.places,
      exits: out.exits,
      source,
      instructions: found.length,
    };
  }

  /** What the policy wants, up to what ends the unit. */
  #plan(unit: readonly Fetched[]): readonly (readonly Item[])[] {
    const plan = this.#policy.translate(unit.map((one) => describe(one, this.#context)));
    if (plan.length > unit.length)
      throw new BadTranslation(
        `translate returned code for ${plan.length} instructions, and the unit has ${unit.length}`,
      );
    const end = plan.findIndex(ends);
    return end < 0 ? plan : plan.slice(0, end + 1);
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
}
