/** The doors of the supervisor and the tables of interrupts that lead there. */
import { type Descriptor, gate, gdt, OTHER_TASK, selectors } from "./descriptors.ts";
import {
  EXIT32,
  EXIT64,
  IDT32,
  IDT64,
  IDT64_IST,
  KCODE,
  KCODE64,
  KDATA,
  KDOUBLE,
  LANDING,
  OUTCOME,
  SMALL,
  SMALL_STUB_SIZE,
  SMALL_STUBS,
  STUB_SIZE,
  STUBS32,
  STUBS64,
} from "./layout.ts";
import type { Image } from "./memory.ts";

/** 256 doors for each supervisor; each tells its number. */
export function stubs(image: Image): void {
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

export function idt32(image: Image): void {
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
export function idt64(image: Image): void {
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
