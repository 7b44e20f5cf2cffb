/**
 * A world is what the cases of one batch share: a supervisor and its tables, and the window's content. Five of them cover
 * the processor's modes; what else a case needs (ring, segments, CR0 …) it brings itself.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { assemble } from "../../src/machine/isa/index.ts";
import { bases, type Descriptor, gdt, ldt, selectors } from "./descriptors.ts";
import {
  CODE,
  CONTROL,
  DATA0,
  DOUBLE_TSS,
  GDT,
  GDT_LIMIT,
  HARNESS,
  HARNESS_PML4,
  KCODE,
  LANDING,
  LDT,
  LOG,
  MASTER,
  OTHER_TSS,
  PT,
  RING0_STACK,
  SMALL,
  SMALL_STUBS,
  STACK,
  STUB_SIZE,
  STUBS32,
  STUBS64,
} from "./layout.ts";
import { Image } from "./memory.ts";
import { type Paging, type Place, tables } from "./pages.ts";
import { Random } from "./random.ts";
import { tasks } from "./tasks.ts";
import { idt32, idt64, stubs } from "./vectors.ts";

export const WORLDS = ["real", "flat", "legacy", "pae", "long"] as const;
export type World = (typeof WORLDS)[number];

/** The programs of harness/, assembled. */
export interface Programs {
  readonly rom: Uint8Array;
  readonly small: Uint8Array;
  readonly harness: Uint8Array;
}

export interface Ground {
  readonly image: Image;
  readonly cr3: number;
  readonly places: readonly Place[];
  readonly selectors: ReadonlyMap<string, number>;
  /** Base of a segment by its selector without RPL. */
  readonly bases: ReadonlyMap<number, number>;
}

/** The paging of a world. */
const PAGING = {
  real: "none",
  flat: "none",
  legacy: "legacy",
  pae: "pae",
  long: "long",
} as const satisfies Record<World, Paging>;

/** Builds the memory that QEMU and our machine start from. The seed fills the window's data pages. */
export function build(world: World, seed: number, programs: Programs): Ground {
  const image = new Image();
  const long = world === "long";
  image.bytes.fill(0xcc, 0, 0x110000);
  image.bytes.fill(0, GDT, PT);
  if (PAGING[world] !== "none") image.bytes.fill(0, PT, 0x30000);
  image.put(0xf0000, programs.rom);
  image.put(HARNESS, programs.harness);
  image.put(SMALL, programs.small);
  image.bytes.fill(0, 0x1800, 0x1a00);
  stubs(image);
  const random = new Random(seed);
  for (let at = DATA0; at < STACK; at += 4) image.u32(at, random.bits());
  // Pointers that are zero end here.
  image.bytes.fill(0xcc, DATA0, DATA0 + 16);
  // A return that finds nothing prepared goes to the landing, most of the time; without paging always.
  const astray = world === "flat" ? 0 : 40;
  for (let at = STACK; at < CODE; at += 4)
    image.u32(at, random.percent(astray) ? random.bits() & TAME : LANDING);

  const table = gdt(long);
  place(image, GDT, table);
  place(image, LDT, ldt());
  tasks(image, long);
  const { cr3, places, areas } = tables(image, PAGING[world]);
  if (!long) for (const tss of [DOUBLE_TSS, OTHER_TSS]) image.u32(tss + 0x1c, cr3);
  if (long) idt64(image);
  else idt32(image);
  control(image, long, [
    // Without paging 16-bit code reaches all of its 64 KiB.
    [DATA0, PAGING[world] === "none" ? 0x10000 : 0x5000],
    ...areas,
    ...(world === "real"
      ? ([
          [0, 0x400],
          [SMALL, 0x600],
          [SMALL_STUBS, 0xc00],
        ] as const)
      : []),
  ]);
  return {
    image,
    cr3,
    places,
    selectors: new Map([...selectors(table), ...selectors(ldt(), 4)]),
    bases: new Map([...bases(table), ...bases(ldt(), 4)]),
  };
}

/** No byte of it has bits 1, 3 or 4: as an image of EFLAGS it sets neither VM nor VIF and VIP, which QEMU never clears again. */
const TAME = 0xe5e5e5e5;

function place(image: Image, at: number, descriptors: readonly Descriptor[]): void {
  for (const { words } of descriptors) at = image.words(at, words);
}

/** Model-specific registers that every case finds: [number, low, high]. */
const MSRS = (stubs: number, long: boolean): readonly (readonly [number, number, number])[] => [
  [0x174, KCODE, 0],
  [0x175, RING0_STACK, 0],
  [0x176, stubs + 0xf0 * STUB_SIZE, 0],
  ...(long
    ? ([
        [0xc0000081, 0, 0x004b0018],
        [0xc0000082, stubs + 0xf1 * STUB_SIZE, 0],
        [0xc0000083, stubs + 0xf2 * STUB_SIZE, 0],
        [0xc0000084, 0x00044700, 0],
      ] as const)
    : []),
];

function control(image: Image, long: boolean, areas: readonly (readonly [number, number])[]): void {
  image.u32(CONTROL + 8, LOG);
  image.u32(CONTROL + 12, long ? 1 : 0);
  image.u32(CONTROL + 16, areas.length);
  image.u32(CONTROL + 24, HARNESS_PML4);
  image.u16(CONTROL + 0x30, GDT_LIMIT);
  image.u32(CONTROL + 0x32, GDT);
  let master = MASTER;
  areas.forEach(([at, bytes], i) => {
    image.words(CONTROL + 0x40 + 16 * i, [at, master, bytes / 4, 0]);
    image.bytes.copyWithin(master, at, at + bytes);
    master += (bytes + 15) & ~15;
  });
  // An FXSAVE image: FCW and MXCSR as after a reset, all else empty.
  image.u16(CONTROL + 0x600, 0x37f);
  image.u32(CONTROL + 0x618, 0x1f80);
  const msrs = MSRS(long ? STUBS64 : STUBS32, long);
  image.u32(CONTROL + 0x200, msrs.length);
  msrs.forEach((msr, i) => {
    image.words(CONTROL + 0x204 + 12 * i, msr);
  });
}

/** Assembles harness/ with our own assembler. From dist/ the sources are three floors up. */
export function programs(): Programs {
  const near = join(import.meta.dirname, "harness");
  const folder = existsSync(near) ? near : join(import.meta.dirname, "../../../test/oracle/harness");
  const read = (file: string) => ({ file, text: readFileSync(join(folder, file), "utf8") });
  const program = (name: string) =>
    assemble(read(`${name}.asm`).text, { file: `${name}.asm`, include: read }).bytes;
  return { rom: program("rom"), small: program("small"), harness: program("harness") };
}
