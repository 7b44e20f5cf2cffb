/** The machine as a guest meets it: small programs at 7C00h, as a BIOS would start them from a disk. */
import { describe, expect, test } from "vitest";
import { assemble } from "../../src/machine/isa/asm/assemble.ts";
import { Machine, type MachineOptions } from "../../src/machine/machine.ts";
import { SnapshotError } from "../../src/machine/state.ts";

const MIB = 1024 * 1024;
const MEMORY = 2 * MIB;

/** A disk whose boot sector is this program, in 16-bit code at 7C00h. */
function bootSector(program: string): Uint8Array {
  const text = `bits 16\norg 0x7c00\nstart:\n${program}\ntimes 510-($-$$) db 0\ndw 0xaa55\n`;
  return assemble(text, { file: "boot sector" }).bytes;
}

function machine(program: string, options: MachineOptions = {}): { machine: Machine; printed: () => string } {
  const made = new Machine({ memory: MEMORY, disks: [bootSector(program)], ...options });
  let text = "";
  made.onSerial((byte) => {
    text += String.fromCharCode(byte);
  });
  return { machine: made, printed: () => text };
}

/** Puts a character into a counted loop's place: prints AL on the serial port. */
const PRINT_AL = "mov dx, 0x3f8\nout dx, al\n";
const EXIT = "out 0xf4, al\n";

/** The 8254 at 1 kHz through the 8259A as vector 8, all else masked; each interrupt prints a dot and the fifth exits. */
const TICKS = `
    cli
    xor ax, ax
    mov ds, ax
    mov ss, ax
    mov sp, 0x7c00
    mov word [8*4], tick
    mov word [8*4+2], 0
    mov al, 0x34
    out 0x43, al
    mov ax, 1193
    out 0x40, al
    mov al, ah
    out 0x40, al
    mov al, 0xfe
    out 0x21, al
    sti
.sleep:
    hlt
    jmp .sleep
tick:
    push ax
    mov al, '.'
    ${PRINT_AL}
    mov al, 0x20
    out 0x20, al
    inc word [count]
    cmp word [count], 5
    jb .more
    mov al, 7
    ${EXIT}
.more:
    pop ax
    iret
count: dw 0
`;

describe("a run", () => {
  test("boots a disk's first sector and ends at the exit port with QEMU's code", () => {
    const { machine: m, printed } = machine(`mov al, 'A'\n${PRINT_AL}mov al, 3\n${EXIT}`);
    expect(m.run({ limit: 1e6 })).toEqual({ reason: "exit", code: 7 });
    expect(printed()).toBe("A");
  });

  test("can be taken in pieces, and goes the same way", () => {
    const whole = machine(TICKS);
    expect(whole.machine.run({ limit: 1e6 })).toEqual({ reason: "exit", code: 15 });
    const pieces = machine(TICKS);
    let stop = pieces.machine.run({ limit: 777 });
    while (stop.reason === "limit") stop = pieces.machine.run({ limit: 777 });
    expect(stop).toEqual({ reason: "exit", code: 15 });
    expect(pieces.machine.trace.hash).toBe(whole.machine.trace.hash);
    expect(pieces.machine.clock.now).toBe(whole.machine.clock.now);
  });

  test.each([
    ["HLT with interrupts off", "cli\nhlt", { reason: "halt" }],
    [
      "HLT with every interrupt masked",
      "mov al, 0xff\nout 0x21, al\nout 0xa1, al\nsti\nhlt",
      { reason: "halt" },
    ],
    ["a loop", "jmp $", { reason: "limit" }],
    ["the chipset's reset", "mov dx, 0xcf9\nmov al, 6\nout dx, al\njmp $", { reason: "reset" }],
    ["the keyboard controller's reset", "mov al, 0xfe\nout 0x64, al\njmp $", { reason: "reset" }],
    ["port 92h's reset", "mov al, 1\nout 0x92, al\njmp $", { reason: "reset" }],
    ["power-off by ACPI", "mov dx, 0x604\nmov ax, 0x2000\nout dx, ax\njmp $", { reason: "off" }],
    ["power-off as Bochs has it", "mov dx, 0xb004\nmov ax, 0x2000\nout dx, ax\njmp $", { reason: "off" }],
  ])("ends by %s", (_, program, stop) => {
    expect(machine(program).machine.run({ limit: 1e5 })).toEqual(stop);
  });

  test("a triple fault is a shutdown that says what happened", () => {
    const stop = machine("lidt [empty]\nint 3\nempty: dw 0\ndd 0").machine.run({ limit: 1e5 });
    expect(stop).toMatchObject({ reason: "shutdown", detail: expect.stringContaining("double fault") });
  });

  test("after HLT a key at the serial port wakes it", () => {
    const { machine: m, printed } = machine(`
        cli
        xor ax, ax
        mov ds, ax
        mov word [12*4], typed
        mov word [12*4+2], ax
        mov dx, 0x3f9
        mov al, 1
        out dx, al
        mov al, 0xef
        out 0x21, al
        sti
    .sleep:
        hlt
        jmp .sleep
    typed:
        mov dx, 0x3f8
        in al, dx
        out dx, al
        mov al, 0x20
        out 0x20, al
        iret`);
    expect(m.run({ limit: 1e6 })).toEqual({ reason: "halt" });
    m.serialInput(new TextEncoder().encode("hello"));
    expect(m.run({ limit: 1e6 })).toEqual({ reason: "halt" });
    expect(printed()).toBe("hello");
  });

  test("prints to the debug console and tells its marks", () => {
    const { machine: m } = machine(`mov al, 'x'\nout 0xe9, al\nmov al, 5\nout 0xe1, al\n${EXIT}`);
    const bytes: number[] = [];
    m.onDebug((byte) => bytes.push(byte));
    m.run({ limit: 1e5 });
    expect(bytes).toEqual([0x78]);
    expect(m.board.marker.marks.map(({ label }) => label)).toEqual([5]);
  });
});

test("a reset starts the machine anew, with its RAM and its time", () => {
  const { machine: m, printed } = machine(`
      mov al, 'A'
      add al, [0x9000]
      ${PRINT_AL}
      inc byte [0x9000]
      cli
      mov al, 0x20
      mov dx, 0x3f9
      out dx, al
      mov dx, 0xcf9
      mov al, 6
      out dx, al
      jmp $`);
  let before = 0;
  for (let i = 0; i < 3; i++) {
    expect(m.run({ limit: 1e6 })).toEqual({ reason: "reset" });
    expect(m.clock.now).toBeGreaterThan(before);
    before = m.clock.now;
    m.reset();
    expect([m.cpu.protectedMode, m.bus.in(0x3f9, 1), m.bus.in(0xcf9, 1)]).toEqual([false, 0, 0]);
  }
  expect(printed()).toBe("ABC");
});

test.each([5, 0x0a])(
  "after a reset the BIOS goes on at 40:67 when the shutdown status is %i, once",
  (status) => {
    const { machine: m, printed } = machine(`
      mov al, 'A'
      ${PRINT_AL}
      xor ax, ax
      mov ds, ax
      mov word [0x467], back
      mov word [0x469], ax
      mov al, 0x0f
      out 0x70, al
      mov al, ${status}
      out 0x71, al
      mov al, 0xfe
      out 0x64, al
      jmp $
  back:
      mov al, 'B'
      ${PRINT_AL}
      mov al, 0xfe
      out 0x64, al
      jmp $`);
    for (let i = 0; i < 3; i++) {
      expect(m.run({ limit: 1e6 })).toEqual({ reason: "reset" });
      m.reset();
    }
    expect(printed()).toBe("ABA");
  },
);

describe("a snapshot", () => {
  test("goes on to the same end, wherever it was taken", () => {
    const original = machine(TICKS).machine;
    original.run();
    for (const steps of [1, 5000, original.cpu.retired - 40, original.cpu.retired - 3]) {
      const first = machine(TICKS);
      first.machine.run({ limit: steps });
      const second = machine(TICKS);
      second.machine.load(first.machine.save());
      expect(second.machine.run()).toEqual({ reason: "exit", code: 15 });
      expect(second.machine.trace.hash).toBe(original.trace.hash);
      expect(second.machine.clock.now).toBe(original.clock.now);
      expect(first.printed() + second.printed()).toBe(".....");
    }
  });

  test("takes a machine back", () => {
    const { machine: m, printed } = machine(TICKS);
    m.run({ limit: 3000 });
    const saved = m.save();
    m.run();
    const { hash } = m.trace;
    m.load(saved);
    m.run();
    expect(m.trace.hash).toBe(hash);
    expect(printed()).toBe("..........");
  });

  test("does not hold pages of zeros", () => {
    const size = (memory: number) => new Machine({ memory }).save().length;
    expect(size(64 * MIB)).toBe(size(2 * MIB));
  });

  test("of another kind of machine is refused, and so is what is none", () => {
    const m = new Machine({ memory: MEMORY });
    const saved = m.save();
    const load = (bytes: Uint8Array) => () => m.load(bytes);
    expect(load(new Machine({ memory: 4 * MIB }).save())).toThrow(
      new SnapshotError("the snapshot is of a machine with 4 MiB of memory, this one has 2 MiB"),
    );
    expect(load(new Machine({ memory: MEMORY, disks: [new Uint8Array(512)] }).save())).toThrow(SnapshotError);
    expect(load(new Uint8Array(0))).toThrow(SnapshotError);
    expect(load(new TextEncoder().encode("a text, surely no snapshot"))).toThrow(SnapshotError);
    expect(load(saved.subarray(0, saved.length - 1))).toThrow("the snapshot ends at byte");
    m.load(saved);
  });
});

test("what cannot be is refused", () => {
  expect(() => new Machine({ memory: 1000 })).toThrow("memory of 1000 bytes");
  expect(() => new Machine({ memory: MEMORY, disks: new Array(5).fill(new Uint8Array(512)) })).toThrow(
    RangeError,
  );
});
