/**
 * A world is what the cases of one batch share: a supervisor and its tables, and the window's content. Five of them cover
 * the processor's modes; what else a case needs (ring, segments, CR0 …) it brings itself.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { assemble } from "../../src/machine/isa/index.ts";
import { bases, type Descriptor, gate, gdt, ldt, OTHER_TASK, selectors } from "./descriptors.ts";
import {
  CODE,
  CONTROL,
  DATA0,
  DOUBLE_TSS,
  DOUBLED,
  EXIT32,
  EXIT64,
  GDT,
  GDT_LIMIT,
  HARNESS,
  HARNESS_PML4,
  IDT32,
  IDT64,
  IDT64_IST,
  IST_STACK,
  KCODE,
  KCODE64,
  KDATA,
  KDOUBLE,
  LANDING,
  LDT,
  LOG,
  MASTER,
  OTHER_TSS,
  OUTCOME,
  PT,
  RING0_STACK,
  SMALL,
  SMALL_STUB_SIZE,
  SMALL_STUBS,
  SMALL_TSS,
  STACK,
  STUB_SIZE,
  STUBS32,
  STUBS64,
  TSS,
} from "./layout.ts";
import { Image } from "./memory.ts";
import { type Paging, type Place, tables } from "./pages.ts";
import { Random } from "./random.ts";

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

/** 256 doors for each supervisor; each tells its number. */
function stubs(image: Image): void {
  for (let vector = 0; vector < 256; vector++) {
    const small = SMALL_STUBS + vector * SMALL_STUB_SIZE;
    const toLeave = SMALL + 0x40 - (small + 10);
    // mov word [cs:0x980], vector; jmp leave
    image.put(small, [0x2e, 0xc7, 0x06, 0x80, 0x09, vector, 0, 0xe9, toLeave & 0xff, (toLeave >> 8) & 0xff]);
    image.u16(4 * vector, small - SMALL);
    image.u16(4 * vector + 2, SMALL >> 4);

    const at32 = STUBS32 + vector * STUB_SIZE;
    // push vector; jmp KCODE:exit32
    image.put(at32, [0x6a, vector, 0xea]);
    image.u32(at32 + 3, EXIT32);
    image.u16(at32 + 7, KCODE);

    const at64 = STUBS64 + vector * STUB_SIZE;
    // mov dword [OUTCOME + 0x80], vector; jmp exit64
    image.put(at64, [0xc7, 0x04, 0x25]);
    image.u32(at64 + 3, OUTCOME + 0x80);
    image.u32(at64 + 7, vector);
    image.put(at64 + 11, [0xe9]);
    image.u32(at64 + 12, EXIT64 - (at64 + 16));
  }
}

/** Vectors 0x20 … 0x2f are for INT n and differ in kind; of the others only #BP, #OF and 0x80 are open to ring 3. */
export const SOFT_VECTORS = [
  3, 4, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x2b, 0x80,
] as const;

function idt32(image: Image): void {
  for (let vector = 0; vector < 256; vector++) {
    const ring = [3, 4, 0x80].includes(vector) ? 3 : 0;
    image.words(IDT32 + 8 * vector, gate("", 0xe, KCODE, STUBS32 + vector * STUB_SIZE, ring, false).words);
  }
  const stub = (vector: number) => STUBS32 + vector * STUB_SIZE;
  const set = (vector: number, d: Descriptor) => image.words(IDT32 + 8 * vector, d.words);
  const STUBS = selectors(gdt(false)).get("stubs") ?? 0;
  set(8, gate("", 5, KDOUBLE, 0, 0, false));
  set(0x20, gate("", 0xe, KCODE, stub(0x20), 3, false));
  set(0x21, gate("", 0xf, KCODE, stub(0x21), 3, false));
  set(0x22, gate("", 6, STUBS, 0x22 * STUB_SIZE, 3, false));
  set(0x23, gate("", 7, STUBS, 0x23 * STUB_SIZE, 3, false));
  set(0x24, gate("", 5, OTHER_TASK, 0, 3, false));
  const absent = gate("", 0xe, KCODE, stub(0x25), 3, false).words;
  set(0x25, { name: "", words: [absent[0]!, absent[1]! & ~0x8000] });
  set(0x26, gate("", 0xe, 0, stub(0x26), 3, false));
  set(0x27, gate("", 0xe, KDATA, stub(0x27), 3, false));
  set(0x28, gate("", 0xe, 0x80, LANDING, 3, false));
  set(0x29, gate("", 0xc, KCODE, stub(0x29), 3, false));
  set(0x2a, gate("", 0xe, 0xb8, stub(0x2a), 3, false));
  set(0x2b, gate("", 0xe, 0x7f8, stub(0x2b), 3, false));
}

/** Two tables of 64-bit mode: all on a stack of their own, or only #DF. */
function idt64(image: Image): void {
  const stub = (vector: number) => STUBS64 + vector * STUB_SIZE;
  for (const [idt, ist] of [
    [IDT64_IST, 1],
    [IDT64, 0],
  ] as const) {
    const set = (vector: number, d: Descriptor) => image.words(idt + 16 * vector, d.words);
    for (let vector = 0; vector < 256; vector++) {
      const ring = [3, 4, 0x80].includes(vector) ? 3 : 0;
      set(vector, gate("", 0xe, KCODE64, stub(vector), ring, true, vector === 8 ? 1 : ist));
    }
    set(0x20, gate("", 0xe, KCODE64, stub(0x20), 3, true));
    set(0x21, gate("", 0xf, KCODE64, stub(0x21), 3, true, ist));
    set(0x22, gate("", 6, KCODE64, stub(0x22), 3, true));
    set(0x23, gate("", 0xe, KCODE, stub(0x23), 3, true));
    set(0x24, gate("", 5, OTHER_TASK, 0, 3, true));
    const absent = gate("", 0xe, KCODE64, stub(0x25), 3, true).words;
    set(0x25, { name: "", words: [absent[0]!, absent[1]! & ~0x8000, 0, 0] });
    set(0x26, gate("", 0xe, 0, stub(0x26), 3, true));
    set(0x27, gate("", 0xe, KDATA, stub(0x27), 3, true));
    set(0x28, gate("", 0xe, 0x80, LANDING, 3, true));
    set(0x29, gate("", 0xc, KCODE64, stub(0x29), 3, true));
    set(0x2a, gate("", 0xe, 0x100, stub(0x2a), 3, true));
    set(0x2b, gate("", 0xe, 0x7f8, stub(0x2b), 3, true));
  }
}

function tasks(image: Image, long: boolean): void {
  if (long) {
    for (const tss of [TSS, OTHER_TSS]) {
      image.u64(tss + 4, BigInt(RING0_STACK));
      image.u64(tss + 0x24, BigInt(IST_STACK));
    }
  } else {
    for (const tss of [TSS, OTHER_TSS]) {
      image.u32(tss + 4, RING0_STACK);
      image.u16(tss + 8, KDATA);
      image.u32(tss + 12, STACK + 0x600);
      image.u16(tss + 16, 0xd9);
      image.u32(tss + 20, STACK + 0x700);
      image.u16(tss + 24, 0xea);
    }
    task(image, DOUBLE_TSS, DOUBLED, 2, KCODE, KDATA, 0x01c24000);
    task(image, OTHER_TSS, LANDING, 0x203, 0x4b, 0x53, STACK + 0x500);
    // 286 TSS: IP at 14, then FLAGS, eight registers, ES CS SS DS LDT.
    image.u16(SMALL_TSS + 2, 0x700);
    image.u16(SMALL_TSS + 4, KDATA);
    const words = [LANDING & 0xffff, 0x2, 1, 2, 3, 4, 0x2500, 6, 7, 8, 0x70, 0x60, 0x70, 0x70, 0];
    words.forEach((word, i) => {
      image.u16(SMALL_TSS + 14 + 2 * i, word);
    });
  }
  image.u16(TSS + 0x66, 0x68);
  // I/O permission bitmap: ports 0x00 … 0xff, by turns open and closed; all others closed.
  for (let i = 0; i < 0x20; i++) image.bytes[TSS + 0x68 + i] = [0x00, 0xff, 0x5a, 0x0f][i & 3]!;
  image.bytes[TSS + 0x88] = 0xff;
}

function task(
  image: Image,
  at: number,
  eip: number,
  flags: number,
  cs: number,
  data: number,
  esp: number,
): void {
  image.u32(at + 0x20, eip);
  image.u32(at + 0x24, flags);
  for (let i = 0; i < 8; i++) image.u32(at + 0x28 + 4 * i, i === 4 ? esp : 0x11110000 + i);
  [data, cs, data, data, data, data].forEach((selector, i) => {
    image.u16(at + 0x48 + 4 * i, selector);
  });
  image.u16(at + 0x66, 0x68);
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
  const program = (name: string) =>
    assemble(readFileSync(join(folder, `${name}.asm`), "utf8"), { file: `${name}.asm` }).bytes;
  return { rom: program("rom"), small: program("small"), harness: program("harness") };
}
