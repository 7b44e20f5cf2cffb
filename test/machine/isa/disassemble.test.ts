import { expect, test } from "vitest";
import { disassemble } from "../../../src/machine/isa/index.ts";

const lines = (hex: string, options?: Parameters<typeof disassemble>[1]) =>
  disassemble(Buffer.from(hex.replaceAll(" ", ""), "hex"), options).map(
    ({ address, text }) => `${address.toString(16)} ${text}`,
  );

test("every byte is in a line; what begins no instruction is data", () => {
  expect(lines("90 0f 04 c3 ff 8b", { origin: 0x7c00 })).toEqual([
    "7c00 nop",
    "7c01 db 0x0f",
    "7c02 add al, 0xc3",
    "7c04 db 0xff",
    "7c05 db 0x8b",
  ]);
});

test("branch targets are addresses, and names where there are some", () => {
  expect(lines("eb fe e8 fb 00 00 00", { origin: 0x1000 })).toEqual([
    "1000 jmp short 0x1000",
    "1002 call 0x1102",
  ]);
  const symbol = (address: number) => (address === 0x1000 ? "start" : undefined);
  expect(lines("74 fe", { origin: 0x1000, symbol })).toEqual(["1000 je short start"]);
  // In 16-bit code IP wraps; in 64-bit code addresses above 2^63 are printed as such.
  expect(lines("eb 00", { bits: 16, origin: 0xfffe })).toEqual(["fffe jmp short 0x0"]);
  expect(lines("eb fe", { bits: 64, origin: -0x80000000 })).toEqual([
    "-80000000 jmp short 0xffffffff80000000",
  ]);
});

test.each([
  ["26 66 67 8b 05", 32, "mov ax, word [es:di]"],
  ["f3 a5", 32, "rep movsd"],
  ["f3 a6", 16, "repe cmpsb"],
  ["65 a4", 64, "gs movsb"],
  ["67 e2 00", 32, "a16 loop 0x3"],
  ["66 cb", 32, "o16 retf"],
  ["48 0f 07", 64, "o64 sysret"],
  ["9a 78 56 34 12 08 00", 32, "call 0x8:0x12345678"],
  ["ff 18", 32, "call far dword [eax]"],
  ["66 6a ff", 32, "push word -0x1"],
  ["81 c0 05 00 00 00", 32, "add eax, strict dword 0x5"],
  ["8b 40 00", 32, "mov eax, dword [byte eax+0x0]"],
  ["8b 05 00 00 00 00", 64, "mov eax, dword [rel 0x6]"],
  ["48 b8 01 00 00 00 00 00 00 80", 64, "mov rax, 0x8000000000000001"],
  ["0f 22 d8", 32, "mov cr3, eax"],
  ["8c 18", 32, "mov word [eax], ds"],
  ["9c", 64, "pushfq"],
  ["66 98", 32, "cbw"],
  ["67 e3 00", 32, "jcxz 0x3"],
  ["f0 0f c7 08", 32, "lock cmpxchg8b qword [eax]"],
  ["dd 5d f8", 32, "fstp qword [ebp-0x8]"],
  ["0f ae 00", 32, "fxsave [eax]"],
] as const)("%s in %i-bit code: %s", (hex, bits, text) => {
  expect(lines(hex, { bits })).toEqual([`0 ${text}`]);
});
