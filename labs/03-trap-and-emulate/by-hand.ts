/** The walk by hand: one instruction and one page fault, on the machine itself. */

import { loadSmallKernel } from "../../src/guests/small-kernel.ts";
import { Machine } from "../../src/machine/index.ts";

const HANDLER = 0x3000;

/** Runs CLI alone, then a write to a page that is not there, whose handler keeps its frame. */
export function byHand(): string[] {
  return [...cli(), ...pageFault()];
}

function bare(body: string): Machine {
  const machine = new Machine({ memory: 2 << 20, firmware: false });
  loadSmallKernel(machine, body);
  machine.run({ limit: 2000 });
  return machine;
}

const hex = (value: number) => `${(value >>> 0).toString(16).toUpperCase()}h`;

function cli(): string[] {
  const { bus } = bare("push dword 0x286\n popfd\n cli\n pushfd\n pop dword [0x3000]");
  return [
    "In ring 1 CLI is #GP, vector 13: CPL 1 is above IOPL 0.",
    `In ring 0 it leaves EFLAGS = ${hex(bus.view.getUint32(HANDLER, true))}, and EIP one byte further.`,
  ];
}

/** The gate of vector 14 is replaced by one to a handler that copies the frame and stops. */
function pageFault(): string[] {
  const { bus } = bare(`
    mov eax, .handler
    mov [idt + 8 * 14], ax
    mov esp, 0x8f00
    push dword 0x286
    popfd
    mov [0x500000], eax
  .handler:
    mov [0x3020], esp
    pop dword [0x3000]
    pop dword [0x3004]
    pop dword [0x3008]
    pop dword [0x300c]`);
  const word = (at: number) => hex(bus.view.getUint32(at, true));
  return [
    `The frame of a page fault: error code ${word(0x3000)}, EIP ${word(0x3004)}, CS ${word(0x3008)}, EFLAGS ${word(0x300c)} (with RF: the fault is to be tried again).`,
    `ESP was 8F00h, and is ${word(0x3020)}: four dwords lower.`,
  ];
}
