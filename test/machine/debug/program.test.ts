import { expect, test } from "vitest";
import { Program } from "../../../src/machine/debug/program.ts";
import { assemble } from "../../../src/machine/isa/index.ts";

const SOURCE = "org 0x7c00\nWIDTH equ 80\nstart: mov ax, WIDTH\n.loop: jmp .loop";

test("addresses have names and lines, constants are no places", () => {
  const assembly = assemble(SOURCE, { file: "a.asm" });
  const program = new Program(assembly, () => SOURCE);
  expect(program.nameOf(0x7c00)).toBe("start");
  expect(program.nameOf(80)).toBeUndefined();
  expect(program.symbols.get("WIDTH")).toBe(80);
  expect(program.lineAt(0x7c03, assembly.bytes.subarray(3))).toMatchObject({
    file: "a.asm",
    line: 4,
    text: ".loop: jmp .loop",
  });
  expect(program.lineAt(0x7c03, Uint8Array.of(0x90))).toBeUndefined();
  expect(program.lineAt(0x8000, Uint8Array.of(0x90))).toBeUndefined();
});
