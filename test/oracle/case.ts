/** A case: the state that the processor is given and the instructions that it runs; its 512 bytes for the supervisor. */
import { CASE_SIZE } from "./layout.ts";

/** How the supervisor gets there (harness.asm): the numbers are the contract. */
export const ENTRY = { real: 0, jump: 1, same: 2, outer: 3, v86: 4, skip: 5 } as const;

/** Order of the general registers: RAX RCX RDX RBX RSP RBP RSI RDI R8 … R15. */
export interface Case {
  registers: bigint[];
  rip: bigint;
  flags: number;
  cs: number;
  ss: number;
  ds: number;
  es: number;
  fs: number;
  gs: number;
  ldtr: number;
  entry: number;
  cr0: number;
  cr3: number;
  cr4: number;
  efer: number;
  fsBase: bigint;
  gsBase: bigint;
  kernelGs: bigint;
  idtLimit: number;
  idtBase: number;
  /** Physical address of the code. */
  where: number;
  instructions: readonly (readonly number[])[];
  /** Qwords put into memory before the case runs: physical address, low and high half. */
  pokes: readonly (readonly [number, number, number])[];
  /** Flags that some instruction leaves undefined: they are not compared. */
  undefined: number;
  /** Width of the code, for whoever disassembles it. */
  bits: 16 | 32 | 64;
}

/** CR0.PG. */
export const isPaged = ({ cr0 }: Case) => (cr0 & 0x80000000) !== 0;

export const MOST_CODE = 0x90;
export const MOST_POKES = 10;

export function codeOf({ instructions }: Case): number[] {
  return instructions.flat();
}

export function encode(of: Case, view: DataView, at: number): void {
  new Uint8Array(view.buffer, view.byteOffset + at, CASE_SIZE).fill(0);
  of.registers.forEach((value, i) => {
    view.setBigUint64(at + 8 * i, value, true);
  });
  const u16 = (offset: number, value: number) => view.setUint16(at + offset, value, true);
  const u32 = (offset: number, value: number) => view.setUint32(at + offset, value >>> 0, true);
  const u64 = (offset: number, value: bigint) => view.setBigUint64(at + offset, value, true);
  u64(0x80, of.rip);
  u32(0x88, of.flags);
  [of.cs, of.ss, of.ds, of.es, of.fs, of.gs, of.ldtr, of.entry].forEach((value, i) => {
    u16(0x90 + 2 * i, value);
  });
  [of.cr0, of.cr3, of.cr4, of.efer].forEach((value, i) => {
    u32(0xa0 + 4 * i, value);
  });
  u64(0xb0, of.fsBase);
  u64(0xb8, of.gsBase);
  u64(0xc0, of.kernelGs);
  u16(0xc8, of.idtLimit);
  u32(0xca, of.idtBase);
  const code = codeOf(of);
  u32(0xd8, of.pokes.length);
  u32(0xdc, of.where);
  u32(0xe0, code.length);
  const esp = Number(of.registers[4]! & 0xffffffffn);
  u32(0xe4, esp);
  u16(0xe8, of.ss);
  const small = of.entry === ENTRY.real;
  if (small) u16(0xea, Number(of.rip & 0xffffn));
  else u32(0xea, Number(of.rip & 0xffffffffn));
  u16(small ? 0xec : 0xee, of.cs);
  new Uint8Array(view.buffer, view.byteOffset + at + 0xf0, code.length).set(code);
  of.pokes.forEach(([address, low, high], i) => {
    u32(0x180 + 12 * i, address);
    u32(0x184 + 12 * i, low);
    u32(0x188 + 12 * i, high);
  });
}

/** Memory as the case finds it: the world's image, pokes and code. */
export function memoryBefore({ view }: { view: DataView }, of: Case): (address: number) => number {
  const { where, pokes } = of;
  const code = codeOf(of);
  const poked = new Map<number, number>();
  const put = (at: number, byte: number) => poked.set(at, byte & 0xff);
  code.forEach((byte, i) => {
    put(where + i, byte);
  });
  for (const [at, low, high] of pokes)
    for (let i = 0; i < 4; i++) {
      put(at + i, low >>> (8 * i));
      put(at + 4 + i, high >>> (8 * i));
    }
  return (address) => {
    let value = 0;
    for (let i = 3; i >= 0; i--)
      value = (value << 8) | (poked.get(address + i) ?? view.getUint8(address + i));
    return value >>> 0;
  };
}
