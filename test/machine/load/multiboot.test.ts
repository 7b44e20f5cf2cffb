/** Kernels that tell over the exit port, or in memory, what they found. */
import { describe, expect, test } from "vitest";
import type { Gpa } from "../../../src/machine/address.ts";
import { assemble } from "../../../src/machine/isa/asm/assemble.ts";
import { boot } from "../../../src/machine/load/boot.ts";
import { LoadError } from "../../../src/machine/load/error.ts";
import type { MultibootOptions } from "../../../src/machine/load/multiboot.ts";
import { elf } from "./elf.ts";

const BASE = 0x100000;
const MIB = 2 ** 20;

const kernel = (code: string, flags = 3, addresses = "") => `
bits 32
org ${BASE}
header:
    dd 0x1badb002, ${flags}, -(0x1badb002 + ${flags})
    ${addresses}
entry:
${code}
`;

const bytes = (source: string) => assemble(source, { file: "kernel" }).bytes;

/** Ends with 5 (code 11) when the magic number is there, leaving EBX at 500000h. */
const REPORT = `
    cmp eax, 0x2badb002
    jne .wrong
    mov [0x500000], ebx
    mov [0x500004], cs
    mov [0x500008], ds
    mov eax, cr0
    mov [0x50000c], eax
    mov al, 5
    out 0xf4, al
.wrong:
    mov al, 6
    out 0xf4, al
`;

function run(image: Uint8Array, options: MultibootOptions & { memory?: number } = {}) {
  const machine = boot(image, { memory: 16 * MIB, ...options });
  expect(machine.run({ limit: 2_000_000 })).toEqual({ reason: "exit", code: 11 });
  const word = (at: number) => machine.bus.read(at as Gpa, 4);
  const text = (at: number) => {
    const raw = machine.bus.dmaRead(at as Gpa, 200);
    return new TextDecoder().decode(raw.subarray(0, raw.indexOf(0)));
  };
  return { machine, word, text };
}

const asElf = (source: string) =>
  elf({ entry: BASE + 12, segments: [{ virtual: BASE, bytes: bytes(source), memoryBytes: 0x3000 }] });

test("an ELF kernel starts in flat protected mode with its boot information", () => {
  const modules = [
    { bytes: Uint8Array.of(1, 2, 3), commandLine: "first a=1" },
    { bytes: new Uint8Array(5000).fill(7), commandLine: "second" },
  ];
  const { word, text } = run(asElf(kernel(REPORT)), { commandLine: "kernel root=1", modules });
  const information = word(0x500000);
  expect([word(0x500004) & 0xffff, word(0x500008) & 0xffff]).toEqual([0x08, 0x10]);
  expect(word(0x50000c) & 0x80000001).toBe(1);
  expect(word(information) & 0x24f).toBe(0x24f);
  expect([word(information + 4), word(information + 8)]).toEqual([639, 15 * 1024]);
  expect(text(word(information + 16))).toBe("kernel root=1");
  expect(text(word(information + 64))).toBe("ringlab");
  expect(word(information + 20)).toBe(2);
  const list = word(information + 24);
  const [start, end] = [word(list), word(list + 4)];
  expect(start % 4096).toBe(0);
  expect(start).toBeGreaterThanOrEqual(BASE + 0x3000);
  expect(end - start).toBe(3);
  expect(word(start) & 0xffffff).toBe(0x030201);
  expect(text(word(list + 8))).toBe("first a=1");
  expect(word(list + 16)).toBe(start + 4096);
  expect(word(word(list + 16) + 4996)).toBe(0x07070707);
  // The memory map: the same entries that INT 15h E820h gives, each after its size.
  const map = word(information + 48);
  expect([word(map), word(map + 4), word(map + 12), word(map + 20)]).toEqual([20, 0, 0x9fc00, 1]);
  expect(word(information + 44)).toBe(24 * 5);
});

test("addresses in the header stand for any file format; what follows the file is zero", () => {
  const addresses = `dd header, header, 0, ${BASE + 0x8000}, entry`;
  const image = bytes(kernel(REPORT, 0x10003, addresses));
  const machine = boot(image, { memory: 16 * MIB });
  expect(machine.bus.read((BASE + 0x7ffc) as Gpa, 4)).toBe(0);
  expect(machine.run({ limit: 2_000_000 })).toEqual({ reason: "exit", code: 11 });
});

test("a 64-bit ELF file is loaded too: it starts in 32-bit mode", () => {
  const image = elf({
    bits: 64,
    entry: BASE + 12,
    segments: [{ virtual: BASE, bytes: bytes(kernel(REPORT)) }],
  });
  run(image);
});

test("boot information moves behind a kernel that needs its place", () => {
  const source = kernel(REPORT).replace(`org ${BASE}`, "org 0x8000");
  const image = elf({
    entry: 0x800c,
    segments: [{ virtual: 0x8000, bytes: bytes(source), memoryBytes: 0x8000 }],
  });
  const { word } = run(image);
  expect(word(0x500000)).toBe(MIB);
});

describe("what cannot be loaded is refused in words", () => {
  const good = asElf(kernel(REPORT));
  const header = (flags: number) => asElf(kernel(REPORT, flags));
  const broken = good.slice();
  broken[84 + 8] = (broken[84 + 8] as number) ^ 1; // the checksum
  const headerOf = (addresses: string) => bytes(kernel(REPORT, 0x10003, addresses));

  test.each([
    ["no header", broken, {}, /no multiboot header/],
    ["an unknown demand", header(0x13), {}, /demands features that are unknown here: flags 0x0010/],
    [
      "no room for a segment",
      elf({ entry: 0x2000000, segments: [{ virtual: 0x2000000, bytes: bytes(kernel(REPORT)) }] }),
      {},
      /segment 0 of the kernel goes to 0x02000000 … .* beyond the memory of 16 MiB/,
    ],
    [
      "a segment over the screen",
      elf({ entry: 0xa0000, segments: [{ virtual: 0xa0000, bytes: bytes(kernel(REPORT)) }] }),
      {},
      /where there is no memory/,
    ],
    [
      "no room for a module",
      good,
      { modules: [{ bytes: new Uint8Array(17 * MIB), commandLine: "big" }] },
      /module 0 \(big\) goes to/,
    ],
    [
      "addresses that contradict",
      headerOf(`dd ${BASE}, ${BASE + 64}, 0, 0, entry`),
      {},
      /loaded at 0x00100040/,
    ],
    ["a cut image", headerOf(`dd ${BASE}, ${BASE}, ${BASE + 0x9000}, 0, entry`), {}, /promises 36864 bytes/],
  ])("%s", (_, image, options, message) => {
    const load = () => boot(image, { memory: 16 * MIB, kind: "multiboot", firmware: false, ...options });
    expect(load).toThrow(LoadError);
    expect(load).toThrow(message);
  });
});
