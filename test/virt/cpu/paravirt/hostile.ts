/** A guest kernel of a few lines on the paravirtual monitor: each asks for something, and says what it got. */
import { assemble } from "../../../../src/machine/isa/index.ts";
import { UNIT_MONITOR } from "../../../../src/machine/profiles/monitors/unit.ts";
import { createVm } from "../../../../src/virt/cpu/engine.ts";
import type { Host } from "../../../../src/virt/cpu/host.ts";
import { type Paravirt, paravirt } from "../../../../src/virt/cpu/paravirt/index.ts";

const MEMORY = 4 << 20;
export const RESERVE = 1 << 20;

/*
 * SAY sends EAX, four bytes, to port E9h. A fault sends FA, its vector and its error code and ends the machine. ESI -> start info at the
 * start; EBP = what is added to a physical address for the machine's. FREE is a page that nothing uses, linear.
 */
const PRELUDE = `
        bits    32
        org     0xC0100000
BASE    equ     0xC0000000
FREE    equ     0xC0200000
        jmp     start
        align   4
        db      "xen-3.0", 0
        dd      BASE, 0xC0100000, 0x104000
%macro say 0
        push    edx
        push    eax
        mov     edx, 0xE9
%rep 4
        out     dx, al
        shr     eax, 8
%endrep
        pop     eax
        pop     edx
%endmacro
%macro call_monitor 1-5 0, 0, 0, 0
        mov     ebx, %2
        mov     ecx, %3
        mov     edx, %4
        mov     esi, %5
        mov     eax, %1
        int     0x82
        say
%endmacro
; Write %2 (a machine entry) to the table entry at machine address %1.
%macro update 2
        mov     eax, %1
        mov     [request], eax
        mov     eax, %2
        mov     [request + 8], eax
        mov     dword [request + 4], 0
        call_monitor 1, request, 1, 0, 0x7FF0
%endmacro
; mmuext_op %1 with the argument %2.
%macro extended 2
        mov     eax, %2
        mov     [request + 4], eax
        mov     dword [request], %1
        call_monitor 26, request, 1, 0, 0x7FF0
%endmacro
        align   8
request:
        dd      0, 0, 0, 0
`;

const FAULTS = Array.from({ length: 32 }, (_, vector) => {
  const error = ((0x27d00 >>> vector) & 1) !== 0;
  return `fault_${vector}:
        ${error ? "" : "push dword 0"}
        mov     eax, ${0xfa + 256 * vector}
        jmp     fault`;
}).join("\n");

const TRAPS = [
  "traps:",
  ...Array.from({ length: 32 }, (_, vector) => `        dd 0xE0190400 | ${vector}, fault_${vector}`),
  "        dd 0, 0",
].join("\n");

const START = `
fault:
        say
        pop     eax
        say
end:
        mov     edx, 0xF4
        xor     eax, eax
        out     dx, eax
        jmp     $
start:
        mov     esp, 0xC0180000
        mov     edi, esi                ; start info
        mov     eax, [edi + 68]
        mov     ebp, [eax]
        shl     ebp, 12
        mov     ebx, traps
        xor     eax, eax
        int     0x82
        mov     ebx, 0xE021             ; the kernel's stack
        mov     ecx, 0xC0190000
        mov     eax, 3
        int     0x82
        mov     edx, 0xE9               ; here the attack begins
        out     dx, al
`;

/** `body` as a guest kernel, on a disk. */
export function attackImage(body: string): Uint8Array {
  const { bytes } = assemble([PRELUDE, TRAPS, FAULTS, START, body, "        jmp     end\n"].join("\n"), {
    file: "attack.asm",
  });
  const image = new Uint8Array(512 + 0x4000);
  image.set(bytes, 512);
  return image;
}

/** Runs `body` as a guest kernel; the words that it said, unsigned, how it ended, and where the monitor's memory changed. */
export function attack(
  body: string,
  options: number | { limit?: number; engine?: (host: Host) => Paravirt } = {},
) {
  const { limit = 2_000_000, engine = paravirt } = typeof options === "number" ? { limit: options } : options;
  const disks = [attackImage(body)];
  const vm = createVm({ memory: MEMORY, reserve: RESERVE, disks, monitor: UNIT_MONITOR }, engine);
  const { ram } = vm.host.bus;
  const said: number[] = [];
  let before: Uint8Array | undefined;
  vm.machine.onDebug((byte) => {
    if (before === undefined) before = ram.slice(0, RESERVE);
    else said.push(byte);
  });
  const stop = vm.machine.run({ limit });
  const changed: number[] = [];
  for (let at = 0; at < RESERVE; at++) if (before?.[at] !== ram[at]) changed.push(at);
  const words = new Uint32Array(Uint8Array.from(said.slice(0, said.length & ~3)).buffer);
  return { words: [...words], stop, changed, vm };
}

export const error = (number: number): number => number >>> 0;
export const faulted = (vector: number): number => 0xfa + 256 * vector;
