/** Task state segments: stacks of the inner rings, I/O permissions, tasks to switch to. */
import {
  DOUBLE_TSS,
  DOUBLED,
  IST_STACK,
  KCODE,
  KDATA,
  LANDING,
  OTHER_TSS,
  RING0_STACK,
  SMALL_TSS,
  STACK,
  TSS,
} from "./layout.ts";
import type { Image } from "./memory.ts";

export function tasks(image: Image, long: boolean): void {
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
