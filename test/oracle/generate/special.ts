/**
 * Instructions that random operands would only make fault, or that would take the supervisor with them: what must stand
 * before them (registers, memory, stack) to make them do something.
 */
import { GDT, GDT_LIMIT, LANDING } from "../layout.ts";
import { SOFT_VECTORS } from "../world.ts";
import type { Draft } from "./draft.ts";
import type { Encoded, Parsed, Wish } from "./encode.ts";
import { interesting } from "./environment.ts";
import { segmentBase } from "./memory.ts";

const RCX = 1;
const RDX = 2;
const RSI = 6;
const RDI = 7;

/** Ports where nothing is, on any machine that runs this. */
const PORTS = [0x10, 0x1c, 0x50, 0x5a, 0x7b, 0x90, 0xe1, 0x1234, 0x0ffe];

const MSRS = [
  0x174, 0x175, 0x176, 0xc0000080, 0xc0000081, 0xc0000082, 0xc0000083, 0xc0000084, 0xc0000100, 0xc0000101,
  0xc0000102,
];

/** MOV register, immediate: 32 bits wide, in 64-bit mode 64 when needed. */
export function set(draft: Draft, register: number, value: bigint): void {
  const { bits } = draft.env;
  const wide = bits === 64 && value > 0xffffffffn;
  const prefix =
    bits === 16 ? [0x66] : wide || register > 7 ? [0x40 | (wide ? 8 : 0) | (register > 7 ? 1 : 0)] : [];
  const bytes = Array.from({ length: wide ? 8 : 4 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
  draft.add([...prefix, 0xb8 + (register & 7), ...bytes]);
}

const privileged = ({ env }: Draft) => env.ring === 0;

/** Without paging a jump astray finds no page fault: QEMU would look for code where there is no memory. */
const wild = ({ env }: Draft) => env.world === "flat" && env.bits === 32;

/** Bits of CR0 and CR4 that a case may turn on its own. */
const CR0_FREE = [2, 4, 8, 0x10, 0x20, 0x10000, 0x40000, 0x40000000, 0x60000000];
const CR4_FREE = [0x4, 0x8, 0x80, 0x100, 0x200, 0x400, 0x800, 0x100000, 0x200000, 0x10000];

function controlValue(draft: Draft, number: number): bigint {
  const { random, env, ground } = draft;
  switch (number) {
    case 0: {
      let value = env.cr0;
      for (let i = random.below(3); i > 0; i--) value ^= random.one(CR0_FREE);
      return BigInt(value >>> 0);
    }
    case 3:
      return BigInt(ground.cr3 | random.one([0, 8, 0x10, 0x18, 4]));
    case 4: {
      let value = env.cr4;
      for (let i = random.below(3); i > 0; i--) value ^= random.one(CR4_FREE);
      return BigInt(value >>> 0);
    }
    case 8:
      return BigInt(random.below(16));
    default:
      return interesting(random) & (env.bits === 64 ? 0xffffffffffffffffn : 0xffffffffn);
  }
}

function msrValue(draft: Draft, msr: number): bigint {
  const { random, env } = draft;
  const address = random.percent(80) ? BigInt.asUintN(64, draft.place()) : random.wide();
  switch (msr) {
    case 0xc0000080:
      return BigInt(env.efer ^ random.one([0, 1, 0x800, 0x801]));
    case 0xc0000084:
      return random.wide() & 0xffffffffn & ~0x100n;
    case 0xc0000081:
      return random.one([0x004b001800000000n, random.wide()]);
    case 0x174:
      return BigInt(random.one([8, 0, 0x18, 3]));
    default:
      return address;
  }
}

/** Puts the operands of a stack instruction on the stack: only while the stack pointer is still the first one. */
function stack(draft: Draft, size: number, values: readonly bigint[]): void {
  const rsp = draft.registers[4]!;
  const base =
    draft.env.real || draft.env.v86
      ? BigInt(draft.env.ss) << 4n
      : BigInt(draft.ground.bases.get(draft.env.ss & ~3) ?? 0);
  const linear = draft.env.bits === 64 ? rsp : (rsp & (draft.env.bits === 16 ? 0xffffn : 0xffffffffn)) + base;
  const bytes = values.flatMap((value) =>
    Array.from({ length: size }, (_, i) => (value >> BigInt(8 * i)) & 0xffn),
  );
  for (let at = 0; at < bytes.length; at += 8) {
    let word = 0n;
    for (let i = 0; i < 8; i++) word |= (bytes[at + i] ?? FILLER[i & 3]!) << BigInt(8 * i);
    draft.poke(linear + BigInt(at), word);
  }
}

/** What lies above: a pointer to the landing, as on the rest of the stack. */
const FILLER = [0x00n, 0x3fn, 0x02n, 0x00n];

/** Where a far or near transfer lands: the INT3s behind the code. */
function landing({ env, random }: Draft): bigint {
  const linear =
    !env.paged || random.percent(93) ? BigInt(LANDING) : random.wide() >> BigInt(random.below(64));
  return env.bits === 16
    ? linear & 0xffffn
    : env.bits === 64 && random.percent(85)
      ? linear
      : linear & 0xffffffffn;
}

function flagsImage(draft: Draft): bigint {
  const { random, env } = draft;
  let flags = random.bits() & 0x247fd7;
  if (random.percent(85)) flags &= ~0x100;
  if (random.percent(80)) flags &= ~0x4000;
  if (env.ring === 0 && !env.real && env.world !== "long" && random.percent(5)) flags |= 0x20000;
  return BigInt(flags >>> 0);
}

/** What must precede the instruction; undefined when it must not be drawn here. */
export function prepare(draft: Draft, { row, operands }: Parsed): Wish | undefined {
  const { random, env } = draft;
  const wish: Wish = {};
  const operand = operands[0];
  switch (row.mnemonic) {
    case "hlt":
      return privileged(draft) ? undefined : wish;
    case "in":
    case "out":
    case "ins":
    case "outs": {
      const port = random.one(PORTS);
      if (row.mnemonic.endsWith("s")) strings(draft);
      if (operands.some(({ size }) => size === "DX")) set(draft, RDX, BigInt(port));
      else wish.immediate = BigInt(port & 0xff);
      return wish;
    }
    case "movs":
    case "cmps":
    case "stos":
    case "lods":
    case "scas":
      strings(draft);
      return wish;
    case "lgdt":
    case "lidt":
      if (!privileged(draft)) return wish;
      loadTable(draft, row.mnemonic === "lidt");
      return undefined;
    case "lmsw":
      if (!privileged(draft)) return wish;
      wish.memory = false;
      wish.register = draft.target();
      set(draft, wish.register, BigInt((env.real ? 0x10 : 0x31) ^ random.one([0, 2, 4, 8, 0xe, 0xfff0])));
      return { ...wish, plain: true };
    case "rdmsr":
    case "wrmsr": {
      const msr = random.one(MSRS.filter((number) => env.world === "long" || number < 0xc0000000));
      set(draft, RCX, BigInt(msr));
      // SYSENTER to anywhere is a jump astray.
      if (row.mnemonic === "wrmsr" && wild(draft)) return undefined;
      if (row.mnemonic === "wrmsr") {
        const value = msrValue(draft, msr);
        set(draft, 0, value & 0xffffffffn);
        set(draft, RDX, value >> 32n);
      }
      return { plain: true };
    }
    case "mov":
      if (operand?.place === "C" || operands[1]?.place === "C") {
        const number = random.one([
          0,
          2,
          3,
          4,
          4,
          ...(env.bits === 64 ? [8] : []),
          ...(random.percent(10) ? [1, 5, 7] : []),
        ]);
        if (number === 4 && operand?.place !== "C" && env.world === "real") return { reg: 4 };
        if (operand?.place !== "C" || !privileged(draft)) return { reg: number };
        if (env.real && number !== 2) return undefined;
        wish.register = draft.target();
        set(draft, wish.register, controlValue(draft, number));
        return { ...wish, reg: number, plain: true };
      }
      if (operand?.place === "D" && privileged(draft)) {
        const number = random.below(env.bits === 64 && random.percent(5) ? 16 : 8);
        wish.register = draft.target();
        // No breakpoint is enabled: only what DR7 keeps of the other bits.
        const value = number === 5 || number === 7 ? random.bits() & 0xffff3f00 & ~0x2000 : random.bits();
        set(draft, wish.register, BigInt(value >>> 0));
        return { ...wish, reg: number, plain: true };
      }
      if (operand?.place === "S" || operands[1]?.place === "S")
        return segmentLoad(draft, operand?.place === "S");
      return wish;
    case "movbe":
      // QEMU takes 32 bits in 16-bit code without 66, and 16 bits with it.
      if (env.bits === 16) return undefined;
      // … and 16 bits with 66 and REX.W.
      return { ...wish, ...(row.opcode.startsWith("66") && { wide: false }) };
    case "lss":
    case "lfs":
    case "lgs":
      // QEMU has AMD's m16:32 with REX.W, Intel's is m16:64.
      return { ...wish, wide: false };
    case "bswap":
      // With a 16-bit operand the result is undefined.
      return { ...wish, resize: env.bits === 16 };
    case "lldt":
    case "ltr":
    case "lar":
    case "lsl":
    case "verr":
    case "verw":
    case "arpl":
      return segmentLoad(draft, true);
    case "int":
      if (random.percent(75)) wish.immediate = BigInt(random.one(SOFT_VECTORS));
      return wish;
    case "enter":
      // ENTER's level comes last and is drawn with the size: small ones are common.
      return { ...wish, immediate: BigInt(random.percent(80) ? random.below(4) : random.below(64)) };
    case "div":
    case "idiv":
      if (random.percent(60)) {
        if (operand?.size === "b") draft.add([0xb4, random.below(4)]);
        else set(draft, RDX, BigInt(random.one([0, 0, 1, 0xffffffff])));
      }
      return wish;
    case "shld":
    case "shrd":
      if (operands[2]?.place === "I") return { immediate: BigInt(random.below(16)) };
      set(draft, RCX, BigInt(random.below(16)));
      return wish;
    case "ret":
      if (wild(draft) && draft.instructions.length > 0) return undefined;
      if (draft.random.percent(85)) stack(draft, stackSize(draft), [landing(draft)]);
      // QEMU takes the number of bytes to release for a signed one.
      return { plain: random.percent(60), resize: false, immediate: BigInt(random.below(0x8000)) };
    case "popf":
      stack(draft, stackSize(draft), [flagsImage(draft)]);
      return wish;
    case "retf":
    case "iret":
      if (wild(draft) && draft.instructions.length > 0) return undefined;
      return farReturn(draft, row.mnemonic === "iret");
    case "sysexit":
    case "sysret":
      set(draft, RCX, landing(draft));
      set(draft, RDX, row.mnemonic === "sysexit" ? landing(draft) : BigInt(LANDING));
      if (env.bits === 64) set(draft, 11, flagsImage(draft));
      return { plain: random.percent(80) };
    case "jmp":
    case "call":
      if (operand?.place === "E") {
        if (wild(draft) || random.percent(50)) {
          wish.register = draft.target();
          wish.memory = false;
          set(draft, wish.register, landing(draft));
        } else wish.memory = true;
        wish.plain = random.percent(70);
      }
      return wish;
    case "pop":
      if (operand?.place === "fixed") {
        stack(draft, stackSize(draft), [BigInt(draft.selector())]);
        return wish;
      }
      return wish;
    default:
      return wish;
  }
}

/** LGDT and LIDT at CPL 0 must find a good table: an absolute address, written into memory beforehand. */
function loadTable(draft: Draft, interrupts: boolean): void {
  const { random, env } = draft;
  const at = 0x20400 + 16 * random.below(16);
  const limit = interrupts
    ? random.percent(70)
      ? env.idtLimit
      : Math.min(env.idtLimit, 0x23f)
    : random.percent(70)
      ? GDT_LIMIT
      : 0x1ff;
  const base = interrupts ? env.idtBase : GDT;
  draft.poke(BigInt(at), (BigInt(base) << 16n) | BigInt(limit));
  draft.poke(BigInt(at + 8), 0n);
  const segment = BigInt(at) - segmentBase(draft, 1);
  const wide = env.bits === 16 ? [0x66] : [];
  const digit = (interrupts ? 3 : 2) << 3;
  const offset = Array.from({ length: env.bits === 16 ? 2 : 4 }, (_, i) =>
    Number((segment >> BigInt(8 * i)) & 0xffn),
  );
  // CS: its base is known.
  draft.add([
    ...wide,
    0x2e,
    0x0f,
    0x01,
    ...(env.bits === 64 ? [digit | 4, 0x25] : [digit | (env.bits === 16 ? 6 : 5)]),
    ...offset,
  ]);
}

function stackSize({ env }: Draft): number {
  return env.bits / 8;
}

/** RCX small, RSI and RDI in the window: mostly. */
function strings(draft: Draft): void {
  const { random, env, registers, pointers } = draft;
  if (env.paged && env.ring === 3 && random.percent(5)) set(draft, RCX, BigInt(random.below(400)));
  else if (!env.paged || draft.instructions.length > 0 || registers[RCX]! > 64n)
    set(draft, RCX, BigInt(random.below(random.percent(10) ? 300 : 24)));
  for (const register of [RSI, RDI])
    if (!pointers.includes(register) && random.percent(70)) set(draft, register, draft.pointer());
}

function segmentLoad(draft: Draft, loads: boolean): Wish {
  const { random, selectors } = draft;
  if (!loads || random.percent(30)) return {};
  const register = selectors.length > 0 && random.percent(50) ? random.one(selectors) : draft.target();
  if (!selectors.includes(register)) set(draft, register, BigInt(draft.selector()));
  return { register, memory: false };
}

/** Frames of RETF and IRET: offset, selector, flags for IRET, and a stack for an outer ring. */
function farReturn(draft: Draft, iret: boolean): Wish {
  const { random, env } = draft;
  const resize = random.percent(25);
  const wide = env.bits === 64 && !resize && random.percent(75);
  const size = wide ? 8 : (env.bits === 16) === resize ? 4 : 2;
  const code =
    env.real || env.v86
      ? random.one([0x2000, 0x2000, draft.selector()])
      : random.percent(70)
        ? random.one([
            env.cs,
            env.cs,
            0x4b,
            0x5b,
            0x08,
            0x18,
            0x63,
            draft.ground.selectors.get("conforming")!,
          ])
        : draft.selector();
  const values = [landing(draft), BigInt(code)];
  if (iret) values.push(flagsImage(draft));
  values.push(
    BigInt(0x22700),
    BigInt(random.percent(80) ? 0x53 : draft.selector()),
    0x2000n,
    0x2000n,
    0x2000n,
    0x2000n,
  );
  stack(draft, size, values);
  return { plain: true, resize, wide, immediate: BigInt(random.below(0x8000)) };
}

/** Puts what the instruction reads into its memory operand. */
export function feed(draft: Draft, { row, operands }: Parsed, { memory, size }: Encoded): void {
  const linear = memory?.linear;
  if (linear === undefined) return;
  const { random, env, registers } = draft;
  switch (row.mnemonic) {
    case "jmp":
    case "call":
      draft.poke(linear, landing(draft));
      return;
    case "jmp far":
    case "call far": {
      const selector = BigInt(
        random.percent(60) ? random.one([env.cs, env.cs & ~3, 0x18, 0x08, 0x4b, 0x5b]) : draft.selector(),
      );
      draft.poke(
        linear,
        (landing(draft) & ((1n << BigInt(8 * Math.min(size, 4))) - 1n)) |
          (selector << BigInt(8 * Math.min(size, 4))),
      );
      if (size === 8) {
        draft.poke(linear, landing(draft));
        draft.poke(linear + 8n, selector);
      }
      return;
    }
    case "les":
    case "lds":
    case "lss":
    case "lfs":
    case "lgs": {
      const selector = BigInt(draft.selector());
      if (size === 8) draft.poke(linear + 8n, selector);
      else draft.poke(linear, (random.wide() & 0xffffn) | (selector << BigInt(8 * size)));
      return;
    }
    case "mov":
      if (operands[0]?.place === "S") draft.poke(linear, BigInt(draft.selector()));
      return;
    case "lldt":
    case "ltr":
    case "lar":
    case "lsl":
    case "verr":
    case "verw":
      draft.poke(linear, BigInt(draft.selector()));
      return;
    case "bound":
      if (random.percent(70)) {
        const high = size === 2 ? 0x7fff0000n : 0x7fffffffn << 32n;
        draft.poke(linear, high | (random.percent(50) ? 0n : size === 2 ? 0x8000n : 0x80000000n));
      }
      return;
    case "cmpxchg":
    case "cmpxchg8b":
    case "cmpxchg16b":
      if (random.percent(50)) {
        const pair = (registers[RDX]! << 32n) | (registers[0]! & 0xffffffffn);
        draft.poke(linear, row.mnemonic === "cmpxchg8b" ? pair : registers[0]!);
        if (row.mnemonic === "cmpxchg16b") draft.poke(linear + 8n, registers[RDX]!);
      }
      return;
    default:
      return;
  }
}

/** Writes that a ring-0 case must not do: they would take the supervisor's tables away. */
export function harmful(draft: Draft, bytes: readonly number[]): boolean {
  if (!privileged(draft)) return false;
  return bytes.some(
    (byte, i) =>
      byte === 0xf4 ||
      (byte >= 0xe4 && byte <= 0xe7) ||
      byte === 0xee ||
      byte === 0xef ||
      byte === 0x6e ||
      byte === 0x6f ||
      (byte === 0x0f && [0x01, 0x22, 0x23, 0x30, 0x31, 0x32, 0x33, 0xa2, 0x00].includes(bytes[i + 1] ?? 0)),
  );
}
