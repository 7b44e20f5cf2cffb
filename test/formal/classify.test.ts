/** Classification by execution: right for every instruction of every ISA, with witnesses that run again. */
import { expect, test } from "vitest";
import {
  type Class,
  classesOf,
  classify,
  Dice,
  execute,
  extend,
  ISAS,
  type Isa,
  instruction,
  isSensitive,
  type Outcome,
  probe,
  replay,
  type State,
  s360,
  Words,
  x86,
} from "../../src/formal/index.ts";
import { isBehaviour, isControl } from "../../src/formal/reference.ts";

/** Written down from the manuals; nothing in src says it. Instructions not listed are innocuous. */
const EXPECTED: Record<keyof typeof ISAS, Record<string, Class[]>> = {
  s360: {
    LPSW: ["privileged", "control-sensitive"],
    LCTL: ["privileged", "control-sensitive"],
    LRA: ["privileged", "location-sensitive"],
    SSM: ["privileged", "location-sensitive"],
    SIO: ["privileged", "location-sensitive"],
  },
  pdp10: {
    JRST1: ["control-sensitive"],
    JEN: ["privileged", "control-sensitive"],
    DATAO: ["privileged", "control-sensitive"],
    CONO: ["privileged", "location-sensitive"],
    CONI: ["privileged", "location-sensitive"],
    HALT: ["privileged"],
  },
  pdp11: {
    MFPI: ["location-sensitive", "mode-sensitive"],
    MTPI: ["location-sensitive", "mode-sensitive"],
    RTI: ["control-sensitive"],
    SPL: ["location-sensitive", "mode-sensitive"],
    RESET: ["location-sensitive", "mode-sensitive"],
    HALT: ["privileged"],
  },
  x86: {
    POPF: ["location-sensitive", "mode-sensitive"],
    PUSHF: ["location-sensitive"],
    SGDT: ["location-sensitive"],
    PUSHCS: ["mode-sensitive"],
    LAR: ["mode-sensitive"],
    IRET: ["control-sensitive"],
    LGDT: ["privileged", "control-sensitive"],
    CLI: ["privileged", "location-sensitive"],
  },
  custom: {
    RESUME: ["privileged", "control-sensitive"],
    WHERE: ["privileged", "location-sensitive"],
  },
};
const ALL = Object.entries(ISAS) as [keyof typeof ISAS, Isa][];

test.each(ALL)("%s: every instruction has its classes", (name, isa) => {
  const found = Object.fromEntries(classify(isa).map((each) => [each.mnemonic, classesOf(each)]));
  const expected = Object.fromEntries(
    isa.instructions.map(({ mnemonic }) => [mnemonic, EXPECTED[name][mnemonic] ?? []]),
  );
  expect(found).toEqual(expected);
});

test.each(ALL)("%s: every membership has a witness, and every witness runs again", (_, isa) => {
  for (const evidence of classify(isa)) {
    for (const name of classesOf(evidence)) expect(evidence.witnesses[name]?.shows).toBe(true);
    for (const witness of Object.values(evidence.witnesses)) expect(replay(isa, witness)).toBe(true);
    expect(evidence.coverage.pairsRun.mode).toBeGreaterThan(100);
  }
});

test("a witness does not replay on a machine that does something else", () => {
  const witness = classify(s360).find(({ mnemonic }) => mnemonic === "LRA")?.witnesses["location-sensitive"];
  const plain = instruction("LRA x,y", "E[x] := y", [], (cpu, x, y) => cpu.store(x, y));
  expect(replay(extend(s360, "other", plain), witness!)).toBe(false);
});

test("a sensitive effect for one value of one word only is found", () => {
  const rare = instruction("RARE x,y", "shows l if E[y] = 7", [], (cpu, x, y) => {
    if (cpu.load(y) === 7) cpu.store(x, cpu.R.l);
  });
  const late = instruction("LATE x,y", "leaves s if E[x] + E[y] = 9", [], (cpu, x, y) => {
    if (cpu.load(x) + cpu.load(y) === 9 && cpu.load(x) === 4) cpu.M = "u";
  });
  const found = classify(extend(s360, "rare", rare, late)).slice(-2);
  expect(found.map(classesOf)).toEqual([["location-sensitive"], ["control-sensitive"]]);
});

test("a supervisor call is neither privileged nor sensitive", () => {
  const call = classify(s360).find(({ mnemonic }) => mnemonic === "SVC")!;
  expect([call.privileged, isSensitive(call)]).toEqual([false, false]);
});

test("probes hand out pairs that differ in one respect, and leave their states alone", () => {
  const { pairs, execute: run } = probe(x86, "MOV");
  for (const { differ, first, second } of pairs) {
    if (differ === "mode") expect({ ...first, M: "u" }).toEqual(second);
    else expect([first.M, first.P, first.R.b]).toEqual([second.M, second.P, second.R.b]);
    const copy = structuredClone(first);
    run(first);
    expect(first).toEqual(copy);
  }
});

test.each(ALL)("%s: no random pair on a larger machine contradicts the small one", (_, isa) => {
  const [radix, storage] = [16, 16];
  const words = new Words(radix, isa.instructions.length);
  const dice = new Dice(1974);
  for (const evidence of classify(isa)) {
    const member = classesOf(evidence);
    for (let i = 0; i < 400; i++) {
      const R = { l: dice.int(0, 6), b: dice.int(2, 8) };
      const moved = { l: R.l + dice.int(1, 2), b: R.b };
      const P = dice.int(0, R.b - 1);
      const fill = () => Array.from({ length: storage }, () => dice.int(0, words.count - 1));
      const one: State = { E: fill(), M: "s", P, R };
      one.E[R.l + P] = words.encode(evidence.instruction.opcode, dice.int(0, 9), dice.int(0, 9));
      const user: State = { ...one, M: "u" };
      const M = dice.one(["s", "u"] as const);
      const there: State = { E: fill(), M, P, R: moved };
      for (let j = 0; j < R.b; j++) there.E[moved.l + j] = one.E[R.l + j]!;
      const go = (state: State): Outcome => execute(isa, radix, state);
      const inBounds = (...outcomes: Outcome[]) => outcomes.every(({ kind }) => kind !== "memory-trap");
      const [s, u] = [go(one), go(user)];
      const [here, away] = [go({ ...one, M }), go(there)];
      if (isControl(one, s) || isControl(user, u)) expect(member).toContain("control-sensitive");
      if (isBehaviour([one, user], [s, u])) expect(member).toContain("mode-sensitive");
      if (isBehaviour([{ ...one, M }, there], [here, away])) expect(member).toContain("location-sensitive");
      if (inBounds(s, u) && evidence.privileged) expect([s.kind, u.kind]).toEqual(["next", "trap"]);
    }
  }
});
