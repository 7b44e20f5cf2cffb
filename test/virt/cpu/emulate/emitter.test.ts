import { expect, test } from "vitest";
import { disassemble } from "../../../../src/machine/isa/index.ts";
import {
  ADD,
  CMP,
  EAX,
  EBP,
  EBX,
  ECX,
  EDI,
  EDX,
  Emitter,
  ESP,
  Label,
  NOT_EQUAL,
  SUB,
} from "../../../../src/virt/cpu/emulate/emitter.ts";

const ORIGIN = 0x1000;

function written(write: (out: Emitter) => void): string[] {
  const out = new Emitter(ORIGIN);
  write(out);
  return disassemble(out.code, { origin: ORIGIN }).map(({ text }) => text);
}

test("every form of an address", () => {
  expect(
    written((out) => {
      out.load(EAX, EBX, 0);
      out.load(EAX, EBP, 0);
      out.load(EAX, EBP, 127);
      out.load(EAX, EBP, 128);
      out.load(EAX, ESP, -4);
      out.lea(EAX, EAX, 1, EDX, 2);
      out.lea(EAX, -1, 0x12345, EDX, 3);
      out.aluLoad(CMP, EDX, EBP, 0x1100, 4, EDI);
    }),
  ).toEqual([
    "mov eax, dword [ebx]",
    "mov eax, dword [ebp]",
    "mov eax, dword [ebp+0x7f]",
    "mov eax, dword [ebp+0x80]",
    "mov eax, dword [esp-0x4]",
    "lea eax, [eax+edx*4+0x1]",
    "lea eax, [edx*8+0x12345]",
    "cmp edx, dword [ebp+edi+0x1100]",
  ]);
});

test("operands of each size", () => {
  expect(
    written((out) => {
      out.loadSized(EBX, EAX, 0, 1);
      out.loadSized(EBX, EAX, 0, 2);
      out.store(EBX, EAX, 0, 1);
      out.store(EBX, EAX, 0, 2);
      out.storeImmediate(-2, EBP, 8, 2);
      out.alu(SUB, EBX, ECX, 1);
      out.aluImmediate(ADD, EBX, 5, 2);
      out.shift(4, EBX, 3, 1);
      out.opcode(0x0faf, 2);
      out.registers(EBX, ECX);
    }),
  ).toEqual([
    "movzx ebx, byte [eax]",
    "movzx ebx, word [eax]",
    "mov byte [eax], bl",
    "mov word [eax], bx",
    "mov word [ebp+0x8], 0xfffe",
    "sub bl, cl",
    "add bx, strict word 0x5",
    "shl bl, 0x3",
    "imul bx, cx",
  ]);
});

test("jumps to labels before and behind, and to addresses", () => {
  expect(
    written((out) => {
      const [back, on] = [new Label(), new Label()];
      out.place(back);
      out.jumpIf(NOT_EQUAL, on);
      out.jump(back);
      out.place(on);
      out.jumpTo(0x5000);
      out.callTo(0x800);
    }),
  ).toEqual(["jne near 0x100b", "jmp near 0x1000", "jmp 0x5000", "call 0x800"]);
});

test("code of any length", () => {
  const out = new Emitter(ORIGIN);
  for (let n = 0; n < 3000; n++) out.byte(0x90);
  expect(out.code).toEqual(new Uint8Array(3000).fill(0x90));
});
