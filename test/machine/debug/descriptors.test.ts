import { expect, test } from "vitest";
import { Debugger } from "../../../src/machine/debug/debugger.ts";
import { gdt, idt, segments } from "../../../src/machine/debug/descriptors.ts";
import { flat } from "./world.ts";

test("the GDT and the IDT say what is in them", () => {
  const { machine } = flat(
    `lgdt [gdtr]
     lidt [idtr]
     jmp $
gdt: dq 0, 0x00cf9a000000ffff, 0x0000f2123456ffff, 0x0000890070000067, 0x0000ec0000101234, 0x00af9a000000ffff
gdtr: dw 47
      dd gdt
idt: dq 0, 0x00008e0000081234, 0x0001ef0000105678, 0x0000650000180000
idtr: dw 31
      dd idt`,
    32,
  );
  machine.run({ limit: 2 });
  expect(gdt(machine).map(({ index, type, dpl }) => [index, type, dpl])).toEqual([
    [8, "code, 32-bit, readable", 0],
    [16, "data, writable, 16-bit stack", 3],
    [24, "TSS, available", 0],
    [32, "call gate", 3],
    [40, "code, 64-bit, readable", 0],
  ]);
  expect(gdt(machine)[0]).toMatchObject({ base: 0n, limit: 0xffffffff, present: true });
  expect(gdt(machine)[1]).toMatchObject({ base: 0x123456n, limit: 0xffff });
  expect(gdt(machine)[3]?.target).toEqual({ selector: 0x10, offset: 0x1234n });
  expect(idt(machine)).toEqual([
    { index: 1, type: "interrupt gate", dpl: 0, present: true, target: { selector: 8, offset: 0x1234n } },
    { index: 2, type: "trap gate", dpl: 3, present: true, target: { selector: 0x10, offset: 0x15678n } },
    { index: 3, type: "task gate", dpl: 3, present: false, target: { selector: 0x18, offset: 0n } },
  ]);
});

test("segment registers show their hidden parts", () => {
  const all = segments(flat("nop", 64).machine.cpu);
  expect(all.map(({ name }) => name).join(" ")).toBe("es cs ss ds fs gs ldtr tr");
  expect(all[1]).toEqual({
    name: "cs",
    selector: 8,
    base: 0n,
    limit: 0xffffffff,
    type: "code, 64-bit, readable, DPL 0",
  });
});

test("real mode has a table of vectors", () => {
  const { machine } = flat("mov word [0x21*4], 0x1234\nmov word [0x21*4+2], 0x5678");
  new Debugger(machine).goTo(2);
  expect(idt(machine)).toMatchObject([{ index: 0x21, target: { selector: 0x5678, offset: 0x1234n } }]);
});
