import { describe, expect, test } from "vitest";
import { assemble } from "../../../src/machine/isa/asm/assemble.ts";
import { boot, kindOf, load } from "../../../src/machine/load/boot.ts";
import { LoadError } from "../../../src/machine/load/error.ts";
import { MODES } from "../../../src/machine/load/start.ts";
import { Machine } from "../../../src/machine/machine.ts";

const MIB = 2 ** 20;
const bytes = (source: string) => assemble(source, { file: "image" }).bytes;

/** Exits with a code made of the bits it runs in: 0, 1 and 2 for 16, 32 and 64. */
const PROBE = (org: number, bits: number, code: number) =>
  bytes(`bits ${bits}\norg ${org}\nmov al, [value]\nout 0xf4, al\nvalue: db ${code}`);

describe("a flat image starts in the mode of choice", () => {
  test.each([
    ["real", 0x7c00, 16, 4],
    ["real", 0x0500, 16, 5],
    ["protected", 0x200000, 32, 6],
    ["long", 0x200000, 64, 7],
  ] as const)("%s mode at %i", (mode, origin, bits, code) => {
    const machine = boot(PROBE(origin, bits, code), {
      ...{ kind: "flat", mode, origin, memory: 4 * MIB },
      firmware: false,
    });
    expect(machine.run({ limit: 100 })).toEqual({ reason: "exit", code: 2 * code + 1 });
    expect(machine.cpu.bits).toBe(bits);
  });

  test("real mode reaches the first MiB beyond 64 KiB with a segment", () => {
    const image = bytes("bits 16\nmov al, [cs:value]\nout 0xf4, al\nvalue: db 9");
    const machine = boot(image, { kind: "flat", origin: 0x20000, firmware: false, memory: 4 * MIB });
    expect(machine.run({ limit: 100 })).toEqual({ reason: "exit", code: 19 });
  });

  test("faults in every mode end a machine without handlers in a shutdown, not in an error of ours", () => {
    for (const mode of MODES) {
      const machine = boot(Uint8Array.of(0x0f, 0x0b), { kind: "flat", mode, firmware: false, memory: MIB });
      machine.bus.ram.fill(0, 0, 1024);
      expect(["shutdown", "limit"]).toContain(machine.run({ limit: 1000 }).reason);
    }
  });

  test("what does not fit is refused", () => {
    expect(() => boot(new Uint8Array(100), { kind: "flat", origin: MIB - 50, memory: MIB })).toThrow(
      /goes to 0x000fffce … 0x00100032, beyond the memory of 1 MiB/,
    );
    expect(() => boot(new Uint8Array(1), { kind: "flat", origin: 2 * MIB, memory: 4 * MIB })).toThrow(
      LoadError,
    );
  });
});

const SECTOR = `
bits 16
org 0x7c00
    cmp dl, 0x80
    jne wrong
    mov ax, cs
    test ax, ax
    jnz wrong
    mov al, 3
    out 0xf4, al
wrong:
    mov al, 4
    out 0xf4, al
    times 510 - ($ - $$) db 0
    dw 0xaa55
`;

describe("a disk boots from its first sector", () => {
  test("at 0000:7C00 with the drive's number in DL, whatever the size of the image", () => {
    const sector = bytes(SECTOR);
    for (const length of [512, 513, 1_000_003]) {
      const image = new Uint8Array(length);
      image.set(sector);
      const machine = boot(image, { memory: 4 * MIB });
      expect(machine.run({ limit: 5_000_000 })).toEqual({ reason: "exit", code: 7 });
    }
  });

  test("a short image is continued with zeros, so that reading past its end is no error", () => {
    const code = `
bits 16
org 0x7c00
    mov ax, 0x0220
    mov bx, 0x9000
    mov cx, 0x0002
    int 0x13
    mov al, 1
    adc al, al
    out 0xf4, al
    times 510 - ($ - $$) db 0
    dw 0xaa55`;
    expect(boot(bytes(code), { memory: 4 * MIB }).run({ limit: 5_000_000 })).toEqual({
      reason: "exit",
      code: 5,
    });
  });

  test("a disk of a floppy's size is drive 00h, with a floppy's geometry, and 80h as well", () => {
    const code = `
bits 16
org 0x7c00
    test dl, dl
    jnz wrong
    mov ah, 8
    int 0x13
    jc wrong
    cmp cx, 0x4f12
    jne wrong
    cmp dx, 0x0101
    jne wrong
    xor ax, ax
    mov es, ax
    mov bx, 0x9000
    mov ax, 0x0201
    mov cx, 0x0201
    mov dx, 0x0100
    int 0x13
    jc wrong
    mov ax, 0x0201
    mov bx, 0x9200
    mov cx, 0x0002
    mov dx, 0x0080
    int 0x13
    jc wrong
    mov al, [es:0x9000]
    add al, [es:0x9200]
    out 0xf4, al
wrong:
    mov al, 0
    out 0xf4, al
    times 510 - ($ - $$) db 0
    dw 0xaa55`;
    const image = new Uint8Array(2880 * 512);
    image.set(bytes(code));
    image[(2 * 2 + 1) * 18 * 512] = 40;
    image[512] = 2;
    expect(boot(image, { memory: 4 * MIB }).run({ limit: 5_000_000 })).toEqual({ reason: "exit", code: 85 });
  });

  test("without a boot sector, or without a disk, the screen says so and the machine halts", () => {
    const image = new Uint8Array(1024);
    for (const disks of [[image], []]) {
      const machine = boot(new Uint8Array(1024), { kind: "disk", disks, memory: 4 * MIB });
      expect(machine.run({ limit: 20_000_000 }).reason).toBe("halt");
      expect(machine.board.vga.text().join("\n")).toMatch(/No disk with a boot sector/);
    }
  });

  test("a machine that was made without its disk cannot load one", () => {
    const machine = new Machine({ memory: MIB, firmware: false });
    expect(() => load(machine, bytes(SECTOR))).toThrow(/give it the image as its first disk/);
  });

  test("the same machine twice runs the same way", () => {
    const run = () => {
      const machine = boot(bytes(SECTOR), { memory: 4 * MIB });
      machine.run({ limit: 5_000_000 });
      return [machine.trace.hash, machine.clock.now, machine.cpu.retired];
    };
    expect(run()).toEqual(run());
  });
});

describe("what an image is shows in its first bytes", () => {
  test("a disk may carry a kernel behind its boot sector", () => {
    const image = new Uint8Array(2048);
    image.set(bytes(SECTOR));
    new DataView(image.buffer).setUint32(512, 0x1badb002, true);
    new DataView(image.buffer).setUint32(520, -0x1badb002 >>> 0, true);
    expect(kindOf(image)).toBe("disk");
    image[510] = 0;
    expect(kindOf(image)).toBe("multiboot");
  });

  test("otherwise it is not guessed", () => {
    expect(() => kindOf(new Uint8Array(600))).toThrow(
      /neither a multiboot kernel .* nor a disk or boot sector/,
    );
  });
});
