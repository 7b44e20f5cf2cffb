/** Where a piece of the boot path begins: a machine in the state that its clause describes, and otherwise full of anything. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { CR0, CR4, EFER } from "../../src/machine/cpu/cpu.ts";
import { loadReal } from "../../src/machine/cpu/segments.ts";
import { boot, type Gpa, type Machine } from "../../src/machine/index.ts";
import type { Piece } from "./component.ts";

export const ORIGIN = 0x7c00;
/** Where page tables may lie. */
export const TABLES = { first: 0x10000, last: 0x1ffff };

export interface Start {
  readonly piece: Piece;
  /** What registers and memory hold where no clause says so. */
  readonly seed: number;
  /** A dword that memory is full of where tables may lie; drawn when absent. */
  readonly fill?: number;
}

const MEMORY = 1 << 20;
/** The registers at the start, to see what has changed. */
export interface Powered {
  readonly machine: Machine;
  readonly cr0: number;
  readonly cr4: number;
  readonly efer: number;
}

type Draw = (upTo: number) => number;

export function powerUp(image: Uint8Array, { piece, seed, fill }: Start): Powered {
  const generator = xoroshiro128plus(seed);
  const draw: Draw = (upTo) => uniformInt(generator, 0, upTo - 1);
  const mode = piece === "protect" ? "real" : "protected";
  const machine = boot(image, { kind: "flat", origin: ORIGIN, mode, memory: MEMORY, firmware: false });
  const { cpu, bus } = machine;
  for (let at = TABLES.first; at <= TABLES.last; at += 4) bus.view.setUint32(at, fill ?? draw(2 ** 32), true);
  for (let register = 0; register < 8; register++)
    if (register !== ESP) cpu.r32[2 * register] = draw(2 ** 32);
  cpu.cr0 |= pick(draw, CR0.NE, CR0.MP, CR0.WP);
  cpu.cr4 |= pick(draw, CR4.OSFXSR, CR4.TSD);
  cpu.efer |= pick(draw, EFER.SCE);
  if (piece === "protect") {
    for (const segment of DATA_SEGMENTS) loadReal(cpu, segment, 0x1000 + draw(0x8000));
    cpu.flags.value |= IF;
  } else addLongCode(machine);
  if (piece === "lengthen") mapFirst(machine);
  cpu.memory.setControl(cpu.cr0, cpu.cr4, cpu.efer);
  cpu.memory.loadCr3(cpu.cr3, 0);
  return { machine, cr0: cpu.cr0, cr4: cpu.cr4, efer: cpu.efer };
}

const ESP = 4;
/** ES, DS, FS, GS. */
const DATA_SEGMENTS = [0, 3, 4, 5];
const IF = 1 << 9;

const pick = (draw: Draw, ...bits: number[]) => bits.reduce((all, bit) => all | (draw(2) ? bit : 0), 0);

/** Selector 18h beside the flat segments that the machine starts with. */
function addLongCode({ cpu, bus }: Machine): void {
  const { gdtr } = cpu;
  bus.dmaWrite((gdtr.base + 0x18) as Gpa, Uint8Array.of(0xff, 0xff, 0, 0, 0, 0x9a, 0xaf, 0));
  gdtr.limit = 0x1f;
}

/** What C4 and C5 ask of `map`. */
function mapFirst({ cpu, bus }: Machine): void {
  const [level4, level3, level2] = [0x1a000, 0x1b000, 0x1c000] as const;
  bus.ram.fill(0, level4, level2 + 0x1000);
  bus.view.setUint32(level4, level3 | 3, true);
  bus.view.setUint32(level3, level2 | 3, true);
  bus.view.setUint32(level2, 0x83, true);
  cpu.cr3 = level4;
  cpu.cr4 |= CR4.PAE;
}
