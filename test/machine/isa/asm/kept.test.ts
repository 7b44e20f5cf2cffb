import { expect, test } from "vitest";
import { assemble } from "../../../../src/machine/isa/asm/assemble.ts";
import { keep, kept } from "../../../../src/machine/isa/asm/kept.ts";

const SOURCE = "org 0x7c00\nstart: mov ax, [data]\n%warning near\n.end: jmp .end\ndata: db 0, 127, 128, 255";
const assembly = assemble(SOURCE, { file: "source" });
const all = { one: keep(SOURCE, assembly) };

test("what was kept is the assembly that was made", () => {
  const { bytes, origin, symbols, lines, notes } = assembly;
  expect(bytes.slice(-4)).toEqual(Uint8Array.of(0, 127, 128, 255));
  expect(notes).toHaveLength(1);
  expect(kept(all, "one", SOURCE)).toEqual({ bytes, origin, symbols, lines, notes });
});

test("of another source, or by another name, there is none", () => {
  expect(kept(all, "one", `${SOURCE}\n`)).toBeUndefined();
  expect(kept(all, "other", SOURCE)).toBeUndefined();
});
