import { expect, test } from "vitest";
import type { Gva } from "../../../src/machine/address.ts";
import { traceModes } from "../../../src/machine/debug/modes.ts";
import { assemble } from "../../../src/machine/isa/index.ts";
import { boot } from "../../../src/machine/load/boot.ts";

const GDT = `
gdt:    dq 0, 0x00cf9a000000ffff, 0x00cf92000000ffff, 0x00af9a000000ffff
gdtr:   dw 31
        dd gdt`;
const TO_PROTECTED = `
        lgdt [gdtr]
        mov eax, cr0
        or al, 1
        mov cr0, eax`;

function traced(text: string, limit = 10_000) {
  const { bytes, symbols } = assemble(`org 0x7c00\n${text}`);
  const machine = boot(bytes, { kind: "flat", origin: 0x7c00, memory: 1 << 20, firmware: false });
  const until = symbols.get("end") as Gva | undefined;
  const { visits, stop, last } = traceModes(machine, { limit, ...(until !== undefined && { until }) });
  return {
    visits: visits.map(({ mode, by, steps }) => `${mode}, ${steps} steps${by ? `, by ${by.text}` : ""}`),
    last: last.text,
    stop,
  };
}

test("the way to 64 bits, mode by mode", () => {
  const found = traced(`
        bits 16
        ${TO_PROTECTED}
        jmp 8:wide
        ${GDT}
        bits 32
wide:   mov ax, 16
        mov ds, ax
        mov edi, 0x10000
        mov cr3, edi
        mov dword [0x10000], 0x11003
        mov dword [0x11000], 0x12003
        mov dword [0x12000], 0x83
        mov eax, 0x20
        mov cr4, eax
        mov ecx, 0xc0000080
        mov eax, 0x100
        xor edx, edx
        wrmsr
        mov eax, cr0
        or eax, 0x80000000
        mov cr0, eax
        jmp 24:end
        bits 64
end:    hlt`);
  expect(found.visits).toEqual([
    "real, 4 steps",
    "protected, 16-bit, 1 steps, by mov cr0, eax",
    expect.stringMatching(/^protected, 32-bit, 16 steps, by jmp 0x8:0x7c/),
    "compatibility, 32-bit, 1 steps, by mov cr0, eax",
    expect.stringMatching(/^64-bit, 0 steps, by jmp 0x18:0x7c/),
  ]);
  expect([found.stop.reason, found.last]).toEqual(["breakpoint", "hlt"]);
});

test("a triple fault names the instruction before it and the first fault", () => {
  const found = traced(`bits 16\n${TO_PROTECTED}\njmp 0x18:end\nend: hlt\n${GDT.replaceAll("af9a", "af92")}`);
  expect(found.last).toMatch(/^jmp 0x18:/);
  expect(found.stop).toMatchObject({ reason: "shutdown", detail: expect.stringMatching(/^#GP\(18\), /) });
});

test("an endless loop ends at the limit", () => {
  const found = traced("bits 16\nhere: jmp here", 50);
  expect(found).toMatchObject({
    visits: ["real, 50 steps"],
    stop: { reason: "limit" },
    last: "jmp short 0x7c00",
  });
});

test("who sleeps in front of the end has not come to it", () => {
  expect(traced("bits 16\nhlt\nend: nop")).toMatchObject({ stop: { reason: "halt" }, last: "hlt" });
});
