/** The ISA table and the processor agree on what there is. */
import { expect, it } from "vitest";
import { RINGLAB } from "../../../src/machine/cpu/model.ts";
import { SEMANTICS } from "../../../src/machine/cpu/ops/index.ts";
import { ROWS } from "../../../src/machine/isa/table/index.ts";
import { fate } from "./world.ts";

it("every instruction that the model has can be executed", () => {
  const executable = ROWS.filter(({ feature }) => feature === undefined || RINGLAB.features.has(feature));
  expect(
    executable.filter(({ mnemonic }) => !(mnemonic in SEMANTICS)).map(({ mnemonic }) => mnemonic),
  ).toEqual([]);
});

it.each(["vmcall", "vmlaunch", "vmmcall", "monitor", "mwait", "xgetbv"])(
  "%s needs a feature that the model lacks",
  (source) => {
    expect(fate(source)).toBe("#UD");
  },
);

it.each<[source: string, bits: 32 | 64, fate: string]>([
  ["db 0x06", 64, "#UD"],
  ["db 0x0f, 0x05", 32, "#UD"],
  ["db 0x0f, 0x01, 0xf8", 32, "#UD"],
  ["db 0x0f, 0x0b", 32, "#UD"],
  ["times 15 db 0x66\nnop", 32, "#GP(0)"],
])("%s in %i-bit code is %s", (source, bits, expected) => {
  expect(fate(source, 0, bits)).toBe(expected);
});

it.each([
  ["tzcnt eax, ecx", "bsf eax, ecx"],
  ["lzcnt eax, ecx", "bsr eax, ecx"],
])("%s is what it was before there was such a thing", (source, older) => {
  expect(RINGLAB.features.has("bmi1") || RINGLAB.features.has("abm")).toBe(false);
  const same = `mov ecx, 0x50\n${older}\nmov ebx, eax\n${source}\ncmp eax, ebx\nje right\nud2\nright: hlt`;
  expect(fate(same)).toBe("done");
});
