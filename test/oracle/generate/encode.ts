/** From a row of the ISA table to the bytes of one instruction with operands drawn at random. */
import type { Row } from "../../../src/machine/isa/index.ts";
import { parseOpcode } from "../../../src/machine/isa/opcode.ts";
import { parseOperand, rmKind } from "../../../src/machine/isa/operand.ts";
import { LANDING } from "../layout.ts";
import type { Draft } from "./draft.ts";
import { interesting } from "./environment.ts";
import { type MemoryOperand, memoryOperand } from "./memory.ts";

export interface Parsed {
  readonly row: Row;
  readonly opcode: ReturnType<typeof parseOpcode>;
  readonly operands: readonly ReturnType<typeof parseOperand>[];
}

export const parse = (row: Row): Parsed => ({
  row,
  opcode: parseOpcode(row.opcode),
  operands: row.operands.map(parseOperand),
});

/** What the caller wants of an instruction; anything left out is drawn. */
export interface Wish {
  /** ModR/M.rm: a register, or memory. */
  memory?: boolean;
  register?: number;
  reg?: number;
  immediate?: bigint;
  /** Operand-size prefix. */
  resize?: boolean;
  /** REX.W. */
  wide?: boolean;
  /** Without stray prefixes. */
  plain?: boolean;
}

/** An encoded instruction and what the generator must know of it. */
export interface Encoded {
  readonly bytes: number[];
  /** Operand size in bytes where it varies. */
  readonly size: number;
  readonly memory: MemoryOperand | undefined;
  readonly immediate: bigint | undefined;
  /** A relative displacement's place. */
  readonly branch: { readonly at: number; readonly size: number } | undefined;
}

const SEGMENTS = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65];
/** QEMU 7.2 aborts on LOCK BT … with a register as destination, which is #UD. */
const CRASHES = /^bt[src]?$/;
const little = (value: bigint, bytes: number) =>
  Array.from({ length: bytes }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));

export function encodeRow(draft: Draft, { row, opcode, operands }: Parsed, wish: Wish = {}): Encoded {
  const { random, env } = draft;
  const long = env.bits === 64;
  const varies =
    operands.some(({ size, place }) => "vzyp".includes(size) || place === "fixed") ||
    row.spelling ||
    row.size64;
  // In 64-bit mode Intel's near branches ignore 66; QEMU's do not.
  const branches = long && row.size64 === "f64";
  const resize =
    branches || typeof opcode.prefix === "number" || opcode.prefix === "NP"
      ? false
      : (wish.resize ?? random.percent(varies ? 22 : wish.plain ? 0 : 2));
  const rm = operands.find(({ place }) => rmKind(place) !== undefined);
  const kind = rm ? rmKind(rm.place) : undefined;
  const inMemory = kind === "memory" || (kind === "either" && (wish.memory ?? random.percent(55)));
  const memory = inMemory ? memoryOperand(draft) : undefined;

  const isWide =
    long && (opcode.rexW || (opcode.prefix !== "NP" && (wish.wide ?? random.percent(varies ? 38 : 5))));
  const usesRex = long && (isWide || random.percent(30) || (memory?.rex ?? 0) !== 0);
  let rex = isWide ? 8 : 0;

  const bytes: number[] = [opcode.byte];
  const writes = !/^(cmp|test|push|bt|lar|lsl|verr|verw|mul|imul|div|idiv|call|jmp)$/.test(row.mnemonic);
  if (opcode.modrm !== undefined)
    bytes.push(opcode.plusI ? (opcode.modrm & 0xf8) | random.below(8) : opcode.modrm);
  else if (opcode.plusR) {
    const register = wish.register ?? (writes ? draft.target() : draft.source());
    bytes[0] = opcode.byte + (register & 7);
    if (long && register > 7) rex |= 1;
  } else if (rm || opcode.digit !== undefined || operands.some(({ place }) => "GSCD".includes(place))) {
    let reg = opcode.digit ?? wish.reg;
    if (reg === undefined) {
      const first = "GSCD".includes(operands[0]?.place ?? "");
      reg = first && writes ? draft.target() : draft.source();
      if (operands.some(({ place }) => place === "S")) reg = random.below(random.percent(90) ? 6 : 8);
    }
    if (long && reg > 7) rex |= 4;
    const field = (reg & 7) << 3;
    if (memory) {
      rex |= memory.rex;
      bytes.push(memory.bytes[0]! | field, ...memory.bytes.slice(1));
    } else {
      const register = wish.register ?? (operands[0] === rm && writes ? draft.target() : draft.source());
      if (long && register > 7) rex |= 1;
      bytes.push(0xc0 | field | (register & 7));
    }
  }

  const size = operandSize(draft, row, resize, (rex & 8) !== 0);
  let immediate: bigint | undefined;
  let branch: Encoded["branch"];
  let tail: number[] = [];
  for (const { place, size: letter } of operands) {
    if (place === "I") {
      const width = letter === "b" ? 1 : letter === "w" ? 2 : letter === "v" ? size : Math.min(size, 4);
      immediate = BigInt.asUintN(8 * width, wish.immediate ?? interesting(random));
      tail = [...tail, ...little(immediate, width)];
    } else if (place === "J") {
      const width = letter === "b" ? 1 : env.bits === 64 ? 4 : resize === (env.bits === 32) ? 2 : 4;
      branch = { at: 0, size: width };
      tail = little(0n, width);
    } else if (place === "O") {
      const addressSize = long ? 8 : env.bits / 8;
      const segment =
        env.real || env.v86
          ? BigInt(env.segments.ds) << 4n
          : BigInt(draft.ground.bases.get(env.segments.ds & ~3) ?? 0);
      const offset = draft.place() - (long ? 0n : segment);
      tail = little(BigInt.asUintN(64, offset), addressSize);
    } else if (place === "A") {
      const offset = BigInt(env.bits === 16 || env.real || env.v86 ? LANDING - 0x20000 : LANDING);
      tail = [...little(offset, size === 2 ? 2 : 4), ...little(BigInt(draft.selector()), 2)];
    }
  }

  const prefixes: number[] = [];
  if (memory?.override) prefixes.push(memory.override);
  else if (!wish.plain && random.percent(row.rep ? 15 : 2)) prefixes.push(random.one(SEGMENTS));
  if (memory?.resize) prefixes.push(0x67);
  if (resize) prefixes.push(0x66);
  if (!wish.plain) {
    // Where LOCK is not allowed QEMU ignores it: the rest of the case is lost.
    if (row.lock && memory ? random.percent(20) : random.below(1000) === 0 && !CRASHES.test(row.mnemonic))
      prefixes.push(0xf0);
    if (row.rep ? random.percent(60) : opcode.prefix === undefined && random.percent(1.5))
      prefixes.push(random.one([0xf2, 0xf3, 0xf3]));
  }
  shuffle(draft, prefixes);
  if (typeof opcode.prefix === "number") prefixes.push(opcode.prefix);
  if (long && (rex !== 0 || usesRex)) prefixes.push(0x40 | rex);
  const map = [[], [0x0f], [0x0f, 0x38], [0x0f, 0x3a]][opcode.map]!;
  const all = [...prefixes, ...map, ...bytes, ...tail];
  if (memory?.relative) {
    // The displacement was made for address 0: take away where the instruction ends.
    const at = prefixes.length + map.length + bytes.length - 4;
    const end = draft.rip + BigInt(all.length);
    const target = BigInt(all[at]! | (all[at + 1]! << 8) | (all[at + 2]! << 16) | (all[at + 3]! << 24));
    all.splice(at, 4, ...little(BigInt.asUintN(32, target - end), 4));
  }
  if (branch) branch = { at: all.length - branch.size, size: branch.size };
  return { bytes: all, size, memory, immediate, branch };
}

function operandSize(draft: Draft, row: Row, resize: boolean, wide: boolean): number {
  const { bits } = draft.env;
  if (bits === 64) {
    if (row.size64 === "f64") return 8;
    if (wide) return 8;
    if (row.size64 === "d64") return resize ? 2 : 8;
    return resize ? 2 : 4;
  }
  return (bits === 32) === resize ? 2 : 4;
}

function shuffle({ random }: Draft, list: number[]): void {
  for (let i = list.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
}
