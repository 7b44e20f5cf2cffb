/** Small programs for the debugger's tests, without firmware unless they need interrupts. */
import { createHash } from "node:crypto";
import type { Gva } from "../../../src/machine/address.ts";
import { assemble } from "../../../src/machine/isa/index.ts";
import { boot } from "../../../src/machine/load/boot.ts";
import type { Machine } from "../../../src/machine/machine.ts";

const MEMORY = 1 << 20;

export interface Flat {
  machine: Machine;
  label: (name: string) => Gva;
}

/** A program at 7C00h in real mode (or 32 or 64 bits with flat segments), about to run. */
export function flat(program: string, bits: 16 | 32 | 64 = 16): Flat {
  const { bytes, symbols } = assemble(`bits ${bits}\norg 0x7c00\n${program}`);
  const mode = bits === 16 ? "real" : bits === 32 ? "protected" : "long";
  const machine = boot(bytes, { kind: "flat", mode, memory: MEMORY, firmware: false });
  return { machine, label: (name) => symbols.get(name) as Gva };
}

/** The 8254 as fast as it can as vector 8, the serial port as vector 12: handlers count, and echo what comes in, plus one. */
export const INTERRUPTS = `
    cli
    xor ax, ax
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov sp, 0x7c00
    mov word [8*4], tick
    mov word [8*4+2], 0
    mov word [12*4], received
    mov word [12*4+2], 0
    mov al, 0x11
    out 0x20, al
    mov al, 8
    out 0x21, al
    mov al, 4
    out 0x21, al
    mov al, 1
    out 0x21, al
    mov al, 0xee
    out 0x21, al
    mov al, 0x34
    out 0x43, al
    mov al, 2
    out 0x40, al
    mov al, 0
    out 0x40, al
    mov dx, 0x3f9
    mov al, 1
    out dx, al
    sti
    jmp main
tick:
    push ax
    inc word [0x600]
    mov al, 0x20
    out 0x20, al
    pop ax
    iret
received:
    push ax
    push dx
    mov dx, 0x3f8
    in al, dx
    inc al
    out dx, al
    mov al, 0x20
    out 0x20, al
    pop dx
    pop ax
    iret
main:
`;

/** All that there is to know of a machine, a line for each part, so that a difference is short to read. */
export function stateOf(machine: Machine): string[] {
  // The flags may wait to be computed or not: that is no difference.
  const { flags } = machine.cpu;
  flags.settle();
  flags.fr = flags.fc = 0;
  const bytes = Buffer.from(machine.save());
  const parts = bytes.toString("latin1").split(/(?=[a-z][a-z0-9 /.-]{2,})/);
  return parts.map((part) => {
    const name = /^[a-z0-9 /.-]*/.exec(part)?.[0] ?? "";
    return `${name}: ${part.length > 400 ? createHash("sha256").update(part, "latin1").digest("hex") : Buffer.from(part, "latin1").toString("hex")}`;
  });
}
