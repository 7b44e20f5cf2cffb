/** Runs a fragment, translated as a policy decides or on the bare machine, and tells what came of it. */
import { Machine, PROFILES, type Stop } from "../../src/machine/index.ts";
import {
  BadTranslation,
  createVmware,
  TRANSLATION_POLICY,
  type TranslationPolicy,
} from "../../src/systems/index.ts";
import type { Translator } from "./component.ts";
import { CAME, DATA, DATA_BYTES, enter, LOG, MEMORY, SAID } from "./world.ts";

const STEPS = 100_000;
/** Lines of the log that are told. */
const MOST_LINES = 40;
const PENTIUM_4 = PROFILES.find(({ id }) => id === "pentium4")!;
const OPTIONS = { memory: MEMORY, profile: PENTIUM_4, firmware: false };
/** Bytes of the monitor's memory, and of its code cache: small, to be made quickly. */
const RESERVE = 1 << 20;
const CACHE = 1 << 18;

export interface Setting {
  /** Bytes of the code cache. */
  cache?: number;
  steps?: number;
}

/** What was counted of a translated run. */
export interface Counts {
  /** Ways out of the cache to have an instruction executed, and to find where a branch leads. */
  emulate: number;
  branch: number;
  /** Faults that were the monitor's doing: an instruction that is not for ring 1. */
  traps: number;
  /** Blocks that went because their code was written. */
  blocks: number;
}

/** A block: guest code of so many bytes at an address, and the code that stands for it at a place in the cache. */
export interface Translated {
  address: number;
  length: number;
  place: number;
  bytes: Uint8Array;
}

export interface Played {
  events: string[];
  counts: Counts;
  machine: Machine;
  /** What is in the cache at the end, in the order of places. */
  blocks: Translated[];
  flushes: number;
  /** Guest instructions translated. */
  translated: number;
}

/** A translator of which the student has written a part; the rest is the engine's own. */
export const policyOf = (component: Partial<Translator>): TranslationPolicy => ({
  ...TRANSLATION_POLICY,
  ...component,
});

export function playTranslated(
  program: string,
  policy: Partial<Translator>,
  { cache = CACHE, steps = STEPS }: Setting = {},
): Played {
  const { machine, engine } = createVmware({ ...OPTIONS, reserve: RESERVE, cache, policy: policyOf(policy) });
  enter(machine, program);
  const end = endOf(machine, steps);
  const count = (name: string) => engine.crossings.get(name) ?? 0;
  const { cache: code, counts } = engine.translations;
  return {
    events: [...logOf(machine), end, ...(end === ENDS ? stateOf(machine) : [])],
    counts: {
      emulate: count("call-out: emulate") + count("call-out: shadow"),
      branch: count("call-out: translate"),
      traps: [...engine.crossings].reduce(
        (sum, [name, times]) => sum + (name.startsWith("#GP") ? times : 0),
        0,
      ),
      blocks: code.invalidations,
    },
    machine,
    blocks: code.blocks.map((block) => ({
      address: block.ip >>> 0,
      length: block.translation.source.length,
      place: block.address >>> 0,
      bytes: block.translation.bytes,
    })),
    flushes: code.flushes,
    translated: counts.instructions,
  };
}

export function playBare(program: string, { steps = STEPS }: Setting = {}) {
  const machine = new Machine(OPTIONS);
  enter(machine, program);
  const end = endOf(machine, steps);
  return { events: [...logOf(machine), end, ...(end === ENDS ? stateOf(machine) : [])], machine };
}

export const ENDS = "comes to its end";

/** A policy may ask for what cannot be done, or lead the processor out of the cache; what it throws itself is not caught here. */
export function endOf(machine: Machine, limit: number): string {
  try {
    return said(machine.run({ limit }), limit);
  } catch (error) {
    if (error instanceof BadTranslation) return `the emitter refuses: ${error.message}`;
    if (error instanceof Error && error.message.startsWith("invariant: "))
      return `the monitor crashes: ${error.message.slice("invariant: ".length)}`;
    throw error;
  }
}

function said(stop: Stop, limit: number): string {
  switch (stop.reason) {
    case "exit":
      return ENDS;
    case "halt":
      return "sleeps for ever";
    case "shutdown":
      return "triple fault";
    case "limit":
      return `still running after ${limit.toLocaleString("en")} steps`;
    default:
      return `stops (${stop.reason})`;
  }
}

export const hex = (value: number): string => `${(value >>> 0).toString(16).toUpperCase()}h`;

function logOf({ bus }: Machine): string[] {
  const lines: string[] = [];
  for (let at = LOG; lines.length < MOST_LINES; at += 8) {
    const value = bus.view.getUint32(at, true);
    const word = bus.view.getUint32(at + 4, true);
    const vector = word >>> 8;
    if (word === SAID) lines.push(`says ${hex(value)}`);
    else if ((word & 255) === CAME)
      lines.push(`${vector < 32 ? "fault" : "interrupt"} ${hex(vector)} before ${hex(value)}`);
    else return lines;
  }
  return [...lines, "and more"];
}

const REGISTERS = ["EAX", "ECX", "EDX", "EBX", "ESP", "EBP", "ESI", "EDI"];
/** CF, ZF, SF, IF, DF, OF. */
const FLAGS = 0xec1 & ~0x100;

function stateOf({ cpu, bus }: Machine): string[] {
  const registers = REGISTERS.map((name, i) => `${name} ${hex(cpu.r32[2 * i] as number)}`);
  const data = Array.from({ length: DATA_BYTES / 4 }, (_, i) => 4 * i)
    .filter((at) => bus.view.getUint32(DATA + at, true) !== at)
    .map((at) => `[${hex(DATA + at)}] ${hex(bus.view.getUint32(DATA + at, true))}`);
  return [registers.join(", "), `flags ${hex(cpu.flags.value & FLAGS)}`, ...data];
}
