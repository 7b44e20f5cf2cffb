/** A run that goes on from a snapshot is the same run: same steps, same cycles, same events. */
import { expect, test } from "vitest";
import { buildGuest } from "../../src/guests/index.ts";
import { assemble } from "../../src/machine/isa/asm/assemble.ts";
import { boot } from "../../src/machine/load/boot.ts";
import type { Machine } from "../../src/machine/machine.ts";
import { HASWELL } from "../../src/machine/profiles/haswell.ts";

/** Fills memory, reads the disk by way of the BIOS and waits for ticks, for ever: string instructions, devices, HLT. */
const GUEST = assemble(
  `
bits 16
org 0x7c00
    xor ax, ax
    mov ds, ax
again:
    mov ax, 0x2000
    mov es, ax
    xor di, di
    mov cx, 0xffff
    rep stosb
    mov ax, 0x0203
    mov bx, 0x0100
    mov cx, 0x0002
    mov dx, 0x0080
    int 0x13
    mov ax, 0x0e2e
    int 0x10
    mov si, 3
wait:
    sti
    hlt
    dec si
    jnz wait
    jmp again
    times 510 - ($ - $$) db 0
    dw 0xaa55
`,
  { file: "guest" },
).bytes;

const make = () => boot(GUEST, { memory: 2 ** 20 });
const mark = ({ cpu, clock, trace }: Machine) => [cpu.retired, clock.now, trace.hash, cpu.ip];

/** Long string instructions and nothing else: the interpreter pauses in them, and where is part of the run. */
const FILLS = assemble(
  "bits 32\norg 0x7c00\nagain: mov edi, 0x20000\nmov ecx, 0x40000\nrep stosb\njmp again",
  { file: "fills" },
).bytes;

test("nor does one between string instructions", () => {
  const start = () => boot(FILLS, { kind: "flat", mode: "protected", firmware: false, memory: 2 ** 20 });
  const straight = start();
  let copied = start();
  for (let i = 0; i < 20; i++) {
    straight.run({ limit: 501 });
    copied.run({ limit: 501 });
    expect(mark(copied)).toEqual(mark(straight));
    const next = start();
    next.load(copied.save());
    copied = next;
  }
});

test("a snapshot at every stop changes nothing", () => {
  const straight = make();
  let copied = make();
  for (const limit of [10_000, 3_333, 1, 50_000, 41_999, 123_456]) {
    straight.run({ limit });
    copied.run({ limit });
    expect(mark(copied)).toEqual(mark(straight));
    const next = make();
    next.load(copied.save());
    copied = next;
  }
  expect(copied.board.vga.text().join("")).toBe(straight.board.vga.text().join(""));
});

test("structure caches and the caches of walk references are in a snapshot: a kernel with processes on a Haswell", () => {
  const { image } = buildGuest({ workload: "context-switch" });
  const start = () => boot(image.slice(), { memory: 32 << 20, profile: HASWELL });
  const straight = start();
  let copied = start();
  for (let i = 0; i < 6; i++) {
    straight.run({ limit: 40_000 });
    copied.run({ limit: 40_000 });
    expect([...mark(copied), ...copied.trace.counts]).toEqual([...mark(straight), ...straight.trace.counts]);
    const next = start();
    next.load(copied.save());
    copied = next;
  }
  expect(straight.trace.count("structureHit")).toBeGreaterThan(10);
});
