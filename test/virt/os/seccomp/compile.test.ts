/** Filters made of rules, against the rules as they read, and against what libseccomp makes of them. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type BpfInstruction, run, validate } from "../../../../src/virt/os/seccomp/bpf.ts";
import { type Condition, compile, OPERATORS, type RuleSet } from "../../../../src/virt/os/seccomp/compile.ts";
import { ACTIONS, ARCHITECTURE, DATA_BYTES } from "../../../../src/virt/os/seccomp/filter.ts";
import { SYSTEM_CALLS } from "../../../../src/virt/os/seccomp/numbers.ts";
import { type Call, calls, dataOf, ruleSets } from "./rules.ts";

const holds = ({ operator, value, masked }: Condition, argument: bigint): boolean => {
  switch (operator) {
    case "NE":
      return argument !== value;
    case "LT":
      return argument < value;
    case "LE":
      return argument <= value;
    case "EQ":
      return argument === value;
    case "GE":
      return argument >= value;
    case "GT":
      return argument > value;
    default:
      return (argument & value) === masked;
  }
};
function decide({ rules, otherwise }: RuleSet, { number, args }: Call): number {
  if (number >= 0x40000000 && number !== 0xffffffff) return ACTIONS.killThread;
  const found = rules.find(
    (rule) => rule.number === number && rule.conditions.every((one) => holds(one, args[one.argument]!)),
  );
  return found?.action ?? otherwise;
}

test("a filter decides as its rules read", () =>
  fc.assert(
    fc.property(ruleSets(3), fc.array(calls, { minLength: 20, maxLength: 20 }), (rules, probes) => {
      const program = compile(rules);
      validate(program, DATA_BYTES);
      expect(probes.map((probe) => run(program, dataOf(probe)))).toEqual(
        probes.map((probe) => decide(rules, probe)),
      );
    }),
    { seed: 8, numRuns: 150 },
  ));

test("rules that no conditional jump reaches over", () => {
  const far = (value: bigint) => [{ argument: 0, operator: "EQ" as const, value, masked: 0n }];
  const rules = Array.from({ length: 200 }, (_, i) => ({
    number: 16,
    action: 0x50000 + i,
    conditions: far(BigInt(i)),
  }));
  const program = compile({ rules, otherwise: 0x7fff0000 });
  validate(program, DATA_BYTES);
  expect(Math.max(...program.map(({ jt, jf }) => Math.max(jt, jf)))).toBeLessThan(256);
  const ask = (number: number, argument: bigint) => run(program, dataOf({ number, args: [argument] }));
  expect([ask(16, 0n), ask(16, 199n), ask(16, 200n), ask(17, 0n)]).toEqual([
    0x50000, 0x500c7, 0x7fff0000, 0x7fff0000,
  ]);
});

test("another architecture, and what is newer than a profile", () => {
  const program = compile({ rules: [], otherwise: 0x50001, last: 300 });
  const data = dataOf({ number: 300, args: [] });
  expect(run(program, data)).toBe(0x50001);
  data[0] = 301;
  expect(run(program, data)).toBe(ACTIONS.errno | 38);
  data[1] = ARCHITECTURE ^ 1;
  expect(run(program, data)).toBe(ACTIONS.killThread);
});

test("the numbers of system calls", () => {
  expect(
    ["read", "execve", "rseq", "pidfd_send_signal", "set_mempolicy_home_node"].map((name) =>
      SYSTEM_CALLS.get(name),
    ),
  ).toEqual([0, 59, 334, 424, 450]);
  expect(SYSTEM_CALLS.get("constructor")).toBeUndefined();
});

/** Where libseccomp and a compiler are. */
function libseccomp(ruleSets: readonly RuleSet[]): BpfInstruction[][] | string {
  const folder = mkdtempSync(join(tmpdir(), "ringlab-libseccomp-"));
  try {
    const program = join(folder, "libseccomp");
    const source = new URL("libseccomp.c", import.meta.url).pathname;
    const made = spawnSync("gcc", ["-O", source, "-o", program, "-l:libseccomp.so.2"], { encoding: "utf8" });
    if (made.status !== 0)
      return `needs gcc and libseccomp.so.2: ${made.error?.message ?? made.stderr.slice(0, 100)}`;
    const input = ruleSets.flatMap(({ rules, otherwise }) => [
      `default ${otherwise}`,
      ...rules.map(
        ({ number, action, conditions }) =>
          `rule ${number} ${action} ${conditions.map((one) => `${one.argument} ${OPERATORS.indexOf(one.operator) + 1} ${one.value} ${one.masked}`).join(" ")}`,
      ),
      "end",
    ]);
    const { stdout } = spawnSync(program, {
      input: `${input.join("\n")}\n`,
      encoding: "utf8",
      maxBuffer: 2 ** 26,
    });
    return stdout
      .trim()
      .split("\n.")
      .slice(0, -1)
      .map((text) =>
        text
          .split("\n")
          .filter((line) => /^\d+ \d+ \d+ \d+$/.test(line))
          .map((line) => {
            const [code, jt, jf, k] = line.split(" ").map(Number);
            return { code: code!, jt: jt!, jf: jf!, k: k! };
          }),
      );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Several rules of one call with other comparisons it merges wrongly before 2.6.1 (GHSA-4q85-33p6-j5g6). */
const COMPARABLE = fc.oneof(ruleSets(1), ruleSets(3, ["EQ", "MASKED_EQ"]));

test("and as libseccomp's filters do", (context) => {
  const all = fc
    .sample(COMPARABLE, { seed: 8, numRuns: 300 })
    // Those with an action that happens anyway it refuses; a runtime leaves them out.
    .map(({ rules, otherwise }) => ({
      otherwise,
      rules: rules
        .filter(({ action }) => action !== otherwise)
        .sort((a, b) => Math.min(a.conditions.length, 1) - Math.min(b.conditions.length, 1)),
    }));
  const theirs = libseccomp(all);
  if (typeof theirs === "string") return context.skip(theirs);
  expect(theirs).toHaveLength(all.length);
  const probes = fc.sample(calls, { seed: 8, numRuns: 100 }).map(dataOf);
  for (const [i, rules] of all.entries()) {
    const ours = compile(rules);
    const differ = probes.filter((probe) => run(theirs[i]!, probe) !== run(ours, probe));
    expect(differ).toEqual([]);
  }
});
