import { expect, test } from "vitest";
import {
  classifyWith,
  custom,
  extend,
  ISAS,
  instruction,
  mislabels,
  pdp10,
  referenceClassifier,
  relabel,
  replay,
  s360,
  verdict,
} from "../../src/formal/index.ts";

test.each([
  ["s360", true, true, [], []],
  ["pdp10", false, true, ["JRST1"], []],
  ["pdp11", false, false, ["MFPI", "MTPI", "RTI", "SPL", "RESET"], ["MFPI", "MTPI"]],
  ["x86", false, false, ["POPF", "PUSHF", "SGDT", "PUSHCS", "LAR", "IRET"], ["PUSHF", "SGDT"]],
  ["custom", true, true, [], []],
] as const)("%s", (name, virtualizable, hybrid, breaks, breaksHybrid) => {
  const found = verdict(ISAS[name]);
  expect(found).toMatchObject({ virtualizable, hybrid, breaks, breaksHybrid, recursive: virtualizable });
});

test("one added instruction breaks the custom machine", () => {
  const getMode = instruction("GETM x", "E[x] := 1 in user mode", [], (cpu, x) =>
    cpu.store(x, cpu.M === "u" ? 1 : 0),
  );
  expect(verdict(extend(custom, "mine", getMode)).breaks).toEqual(["GETM"]);
});

test("the manuals of the library are right", () => {
  expect(Object.values(ISAS).flatMap((isa) => mislabels(isa))).toEqual([]);
});

test("a mislabelled ISA is caught, with a witness", () => {
  const isa = relabel(pdp10, { JRST1: ["privileged", "control-sensitive"], CONI: ["privileged"] });
  const found = mislabels(isa);
  expect(found.map((each) => [each.mnemonic, each.class, each.claimed, each.executed])).toEqual([
    ["JRST1", "privileged", true, false],
    ["CONI", "location-sensitive", false, true],
  ]);
  for (const { witness } of found) expect(replay(isa, witness!)).toBe(true);
  expect(verdict(isa).breaks).toEqual(["JRST1"]);
});

test("relabelling an instruction that is not there says which there are", () => {
  expect(() => relabel(s360, { JRST1: [] })).toThrow(/no instruction JRST1; it has MVC/);
});

test("the published classifier interface gives what the verdict gives", () => {
  const found = referenceClassifier.virtualizable(classifyWith(referenceClassifier, pdp10));
  expect(found).toEqual({ virtualizable: false, hybrid: true, breaks: ["JRST1"], breaksHybrid: [] });
});
