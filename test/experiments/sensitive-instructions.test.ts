import { describe, expect, test } from "vitest";
import { rowsAt } from "../../src/experiments/index.ts";
import { allForms, mnemonicOf } from "../../src/experiments/sensitive/forms.ts";
import { entryOf, PUBLISHED, PUBLISHED_COUNT } from "../../src/experiments/sensitive/published.ts";
import { sensitiveInstructions } from "../../src/experiments/sensitive-instructions.ts";
import { RINGLAB } from "../../src/machine/cpu/model.ts";
import { decode, Instruction, ROWS } from "../../src/machine/isa/index.ts";

const CAREFUL = { ring: 3, iopl: 0, umip: false, processor: "Pentium II", tsd: true };
const rows = (settings: Partial<typeof CAREFUL> = {}) =>
  rowsAt(sensitiveInstructions, { ...CAREFUL, ...settings });
const named = (found: ReturnType<typeof rows>, key: string, value: unknown) =>
  found.filter((row) => row[key] === value).map(({ mnemonic }) => String(mnemonic));
const differing = (settings: Partial<typeof CAREFUL> = {}) => named(rows(settings), "outcome", "differs");

/** What is sensitive and on nobody's list of 17: a return, and loads of segment registers. */
const UNLISTED = ["IRET", "LDS", "LES", "LFS", "LGS", "LSS"];

const inner = rows({ ring: 1 });
const outer = rows();

describe.each([
  [1, inner],
  [3, outer],
])("ring %i", (_ring, found) => {
  test("the published instructions lie, and six more", () => {
    expect(named(found, "outcome", "differs").sort()).toEqual([...PUBLISHED, ...UNLISTED].sort());
  });

  test("18 published mnemonics have 17 entries in the manual; with ours they are 19", () => {
    expect(new Set(PUBLISHED.map(entryOf)).size).toBe(PUBLISHED_COUNT);
    expect(new Set(named(found, "outcome", "differs").map(entryOf)).size).toBe(19);
  });

  test("each gives away what its class says", () => {
    const leaking = (leak: string) =>
      found.filter(({ leaks }) => String(leaks).split(" ").includes(leak)).map(({ mnemonic }) => mnemonic);
    expect(leaking("tables")).toEqual(["SGDT", "SIDT", "SLDT", "STR"]);
    expect(leaking("status")).toEqual(["INT n", "PUSHF", "SMSW"]);
    expect(leaking("silence")).toEqual(["INT n", "IRET", "POPF"]);
    expect(leaking("resources")).toEqual([]);
    expect(leaking("protection")).toEqual([
      ...["MOV", "PUSH", "POP", "LES", "LDS", "LSS", "LFS", "LGS", "JMP", "CALL", "RET", "INT n", "IRET"],
      ...["VERR", "VERW", "LAR", "LSL"],
    ]);
  });

  test("what the table calls privileged traps", () => {
    const traps = new Set(found.filter(({ trapped }) => Number(trapped) > 0).map(({ mnemonic }) => mnemonic));
    const known = new Set(found.map(({ mnemonic }) => mnemonic));
    const privileged = ROWS.filter(({ cpl0, iopl }) => cpl0 || iopl === "iopl" || iopl === "io")
      .map(mnemonicOf)
      .filter((mnemonic) => known.has(mnemonic));
    expect(privileged.length).toBeGreaterThan(20);
    expect(privileged.filter((mnemonic) => !traps.has(mnemonic))).toEqual([]);
  });

  test("each that lies comes with an example", () => {
    const examples = found.filter(({ outcome }) => outcome === "differs").map(({ evidence }) => evidence);
    expect(examples.filter((text) => !/^.+ \(operands .+\): .+ and .+$/.test(String(text)))).toEqual([]);
  });
});

test("examples tell what a reader can check by hand", () => {
  const example = (mnemonic: string) => inner.find((row) => row.mnemonic === mnemonic)?.evidence;
  expect(example("MOV")).toBe(
    "mov ecx, cs (operands 1h, interrupts on): ecx is 8h in ring 0 and 9h in ring 1",
  );
  expect(example("POPF")).toBe(
    "popfd (operands 1h, interrupts on): IF becomes 0 in ring 0 and nothing new in ring 1",
  );
  expect(example("SLDT")).toContain("with the guest's LDTR and 90h with the monitor's");
});

test("in ring 1 fewer runs differ than in ring 3: a user's selectors pass for the kernel's there", () => {
  const differs = (found: typeof inner, mnemonic: string) =>
    Number(found.find((row) => row.mnemonic === mnemonic)?.differing);
  for (const mnemonic of ["LAR", "LSL", "VERR", "VERW", "RET", "JMP", "POP"])
    expect([mnemonic, differs(inner, mnemonic) < differs(outer, mnemonic)]).toEqual([mnemonic, true]);
});

test("CR4.UMIP takes five off the list", () => {
  const kept = differing({ umip: true });
  expect(named(outer, "outcome", "differs").filter((name) => !kept.includes(name))).toEqual([
    ...["SGDT", "SIDT", "SMSW", "SLDT", "STR"],
  ]);
});

test("an IOPL of the kernel's ring lets it turn the machine's interrupts off and touch its ports", () => {
  const before = named(inner, "outcome", "differs");
  const joined = (settings: Partial<typeof CAREFUL>) =>
    differing(settings).filter((name) => !before.includes(name));
  expect(joined({ ring: 1, iopl: 1 })).toEqual(["INS", "OUTS", "CLI", "STI", "IN", "OUT"]);
  expect(joined({ ring: 3, iopl: 1 })).toEqual([]);
});

test("without CR4.TSD the time-stamp counter tells the time, which is no class of the lecture", () => {
  const found = rows({ tsd: false });
  expect(found.find(({ mnemonic }) => mnemonic === "RDTSC")).toMatchObject({
    ...{ outcome: "differs", leaks: "resources", published: false },
  });
});

test("processors since have brought instructions, but none that lies", () => {
  const ours = rows({ processor: "ours", ring: 1 });
  expect(ours.length).toBeGreaterThan(inner.length);
  expect(named(ours, "outcome", "differs")).toEqual(named(inner, "outcome", "differs"));
});

test("every row that 32-bit code has becomes instructions, and they are what the row says", () => {
  const forms = allForms(RINGLAB.features);
  const op = new Instruction();
  for (const { row, bytes, text } of forms) {
    let at = 0;
    decode(() => bytes[at++]!, 32, op);
    expect([text, op.row, op.length]).toEqual([text, row, bytes.length]);
  }
  const rowsOf32Bits = ROWS.filter(
    ({ modes, feature, alias, opcode }) =>
      !alias &&
      !opcode.includes("REX.W") &&
      (modes?.includes("protected") ?? true) &&
      (feature === undefined || RINGLAB.features.has(feature)),
  );
  expect(new Set(forms.map(({ row }) => row)).size).toBe(rowsOf32Bits.length);
});
