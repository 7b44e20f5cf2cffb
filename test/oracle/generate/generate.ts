/** Cases at random: an environment, then one to eight instructions out of the ISA table, and now and then bytes that mean nothing. */
import type { Mode, Row } from "../../../src/machine/isa/index.ts";
import { ARITHMETIC } from "../../../src/machine/isa/table/arithmetic.ts";
import { BITS } from "../../../src/machine/isa/table/bits.ts";
import { CONTROL } from "../../../src/machine/isa/table/control.ts";
import { DATA } from "../../../src/machine/isa/table/data.ts";
import { FLAGS } from "../../../src/machine/isa/table/flags.ts";
import { STRING } from "../../../src/machine/isa/table/string.ts";
import { SYSTEM } from "../../../src/machine/isa/table/system.ts";
import { type Case, MOST_CODE } from "../case.ts";
import { Random } from "../random.ts";
import { type Ground, WORLDS, type World } from "../world.ts";
import { Draft } from "./draft.ts";
import { encodeRow, type Parsed, parse } from "./encode.ts";
import { type Environment, environment } from "./environment.ts";
import { feed, harmful, isOpen } from "./feed.ts";
import { prepare } from "./prepare.ts";
import { ALL, effects } from "./undefined.ts";

/** What QEMU's model (qemu.ts) and our processor both have. */
const FEATURES = new Set(
  "cmov cx8 cx16 lahf_lm msr sep syscall fsgsbase movbe popcnt smap clflush".split(" "),
);
/** They tell about the processor or the time, not about the instruction set. */
const TELLTALES = new Set("cpuid rdtsc rdtscp rdpmc monitor mwait xgetbv xsetbv".split(" "));

const usable = (rows: readonly Row[]) =>
  rows
    .filter(
      ({ feature, mnemonic }) => (feature === undefined || FEATURES.has(feature)) && !TELLTALES.has(mnemonic),
    )
    .map(parse);

const GROUPS: readonly (readonly [number, readonly Parsed[]])[] = [
  [26, usable(DATA)],
  [24, usable(ARITHMETIC)],
  [14, usable(BITS)],
  [8, usable(STRING)],
  [9, usable(CONTROL)],
  [6, usable(FLAGS)],
  [9, usable(SYSTEM)],
];

/** Rows of a group that exist in a mode; conditions are sixteen rows of one thing and are thinned out. */
const byMode = new Map<Mode, readonly (readonly [number, readonly Parsed[]])[]>();

function groups(mode: Mode): readonly (readonly [number, readonly Parsed[]])[] {
  let found = byMode.get(mode);
  if (!found) {
    found = GROUPS.map(([weight, rows]) => [
      weight,
      rows.filter(({ row }) => row.modes === undefined || row.modes.includes(mode)),
    ]);
    byMode.set(mode, found);
  }
  return found;
}

const modeOf = (env: Environment): Mode =>
  env.real
    ? "real"
    : env.v86
      ? "v86"
      : env.world !== "long"
        ? "protected"
        : env.bits === 64
          ? "long"
          : "compatibility";

const CONDITIONAL = /^(j|set|cmov)(?!mp)/;
/** Many rows of one thing: drawn, but seldom. */
const seldom = ({ row: { mnemonic, alias } }: Parsed) =>
  alias || CONDITIONAL.test(mnemonic) || /^(nop|clflush)$/.test(mnemonic);
/** What QEMU does not know (explained/): after it the case has nothing to say. */
const unknown = ({ row: { mnemonic, alias, operands } }: Parsed) =>
  (alias && mnemonic === "test") || mnemonic === "int1" || (mnemonic === "nop" && operands[0] === "Rv");

function draw(draft: Draft): Parsed {
  const { random, env } = draft;
  for (;;) {
    const parsed = random.one(random.weighted(groups(modeOf(env))));
    if (seldom(parsed) && random.percent(75)) continue;
    if (unknown(parsed) && random.percent(97)) continue;
    return parsed;
  }
}

/** One instruction with what must stand before it: together they are one step, which no branch enters in the middle. */
function step(draft: Draft): void {
  const first = draft.instructions.length;
  instruction(draft);
  if (draft.instructions.length - first < 2) return;
  const parts = draft.instructions.splice(first);
  const bytes = parts.flat();
  draft.instructions.push(bytes);
  const branch = draft.branches.at(-1);
  if (branch && branch.index > first) {
    branch.at += bytes.length - parts.at(-1)!.length;
    branch.index = first;
  }
}

function instruction(draft: Draft): void {
  const parsed = draw(draft);
  const wish = prepare(draft, parsed);
  if (wish === undefined) return;
  // QEMU's CMPXCHG8B takes the flags that the last translation block left: JMP $+2 begins another, unless bytes of no meaning
  // swallow it.
  if (/^cmpxchg(8|16)b$/.test(parsed.row.mnemonic)) {
    if (draft.noisy) return;
    draft.add([0xeb, 0]);
  }
  const encoded = encodeRow(draft, parsed, wish);
  const { tests, defines, undefines } = effects(parsed, encoded);
  if (tests & draft.undefined) {
    if (draft.skippable > 0) return;
    // CMP: all flags are defined again.
    draft.add([0x39, 0xc0 | draft.random.below(64)]);
    draft.undefined = 0;
    return;
  }
  feed(draft, parsed, encoded);
  draft.undefined = ((draft.undefined & ~(draft.skippable > 0 ? 0 : defines)) | undefines) & ALL;
  draft.everUndefined |= draft.undefined;
  if (encoded.branch) {
    const skip = draft.random.percent(94) ? draft.random.below(3) : -1;
    draft.branches.push({ index: draft.instructions.length, ...encoded.branch, skip });
    draft.skippable = Math.max(draft.skippable, skip + 1);
  }
  draft.add(encoded.bytes);
}

/** Bytes of no meaning, or an opcode map at random. */
function noise(draft: Draft): void {
  const { random, env } = draft;
  const map = random.one([[], [], [0x0f], [0x0f], [0x0f, 0x38], [0x66], [0x67], [0x48]]);
  const bytes = [...map, ...Array.from({ length: 1 + random.below(9) }, () => random.below(256))];
  if (harmful(draft, bytes) || isOpen(bytes) || (env.world === "flat" && env.bits === 32)) return;
  if (draft.undefined !== 0 && draft.skippable > 0) return;
  if (draft.undefined !== 0) draft.add([0x39, 0xc0]);
  draft.noisy = true;
  // It may leave any flag undefined, and what follows may read it.
  draft.undefined = ALL;
  draft.everUndefined = ALL;
  draft.add(bytes);
}

/** Bends branches to the instructions that they skip to: forward only, so that every case ends. */
function bend(draft: Draft): void {
  const starts: number[] = [];
  let at = 0;
  for (const bytes of draft.instructions) {
    starts.push(at);
    at += bytes.length;
  }
  starts.push(at);
  for (const { index, at: offset, size, skip } of draft.branches) {
    const bytes = draft.instructions[index]!;
    const end = starts[index]! + bytes.length;
    const target = starts[Math.min(index + 1 + Math.max(skip, 0), draft.instructions.length)]!;
    const displacement =
      skip >= 0 ? target - end : draft.env.paged && size > 1 ? draft.random.bits() : draft.random.below(128);
    for (let i = 0; i < size; i++) bytes[offset + i] = (displacement >>> (8 * i)) & 0xff;
  }
}

/** Draws one case. Cases of a world come from one stream of random numbers, so that a seed names them all. */
export function drawCase(random: Random, world: World, ground: Ground): Case {
  const env = environment(random, world, ground);
  const draft = new Draft(random, env, ground);
  const count = 1 + random.below(random.percent(70) ? 5 : 8);
  for (let i = 0; i < count && draft.length < MOST_CODE - 50; i++) {
    if (random.percent(4)) noise(draft);
    else step(draft);
    draft.skippable = Math.max(0, draft.skippable - 1);
  }
  if (draft.instructions.length === 0) draft.add([0x90]);
  bend(draft);
  return {
    registers: draft.registers,
    rip: env.rip,
    flags: env.flags,
    cs: env.cs,
    ...env.segments,
    ldtr: env.ldtr,
    entry: env.entry,
    cr0: env.cr0,
    cr3: ground.cr3,
    cr4: env.cr4,
    efer: env.efer,
    fsBase: env.fsBase,
    gsBase: env.gsBase,
    kernelGs: env.kernelGs,
    idtLimit: env.idtLimit,
    idtBase: env.idtBase,
    where: env.where,
    instructions: draft.instructions,
    pokes: draft.pokes,
    bits: env.bits,
    undefined: draft.everUndefined,
  };
}

/** The cases of one batch. */
export function drawCases(world: World, ground: Ground, seed: number, count: number): Case[] {
  const random = new Random(seed ^ (WORLDS.indexOf(world) * 0x9e3779b9));
  return Array.from({ length: count }, () => drawCase(random, world, ground));
}
