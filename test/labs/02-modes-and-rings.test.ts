import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { describe, expect, test } from "vitest";
import { bootPieces, events, modeRows } from "../../labs/02-modes-and-rings/boot.ts";
import { CHECKS } from "../../labs/02-modes-and-rings/checks.ts";
import type { ModesAndRings } from "../../labs/02-modes-and-rings/component.ts";
import { LAB } from "../../labs/02-modes-and-rings/contract.ts";
import { component as solution } from "../../labs/02-modes-and-rings/solution.ts";
import { component as starter } from "../../labs/02-modes-and-rings/starter.ts";
import { judge, unseen } from "../../labs/02-modes-and-rings/unseen.ts";
import { examine } from "../../src/course/index.ts";
import { classify } from "../../src/experiments/index.ts";
import { everyLab } from "./every-lab.ts";

everyLab({
  lab: LAB,
  checks: CHECKS,
  right: {
    "the solution": solution,
    "the library's own judgement": { ...solution, classify, verdict: judge },
  },
  starter,
  definitions: [],
  unseen,
});

describe("what a student may write as assembly", () => {
  const boot = (text: string) => events(bootPieces([["protect", text]], { seed: 1 }));

  test.each([
    ["what is no assembly", "foo bar", /^protect, line 1, column 1: "foo" is no instruction/],
    [
      "an instruction of another mode",
      "\n mov rax, 1",
      /^protect, line 2, column 6: rax exists only in 64-bit/,
    ],
    ["too much", "times 5000 db 0", /5001 bytes, more than the 4096/],
    ["far too much", "times 99999999999 db 0", /is too much/],
    ["another place", "org 5", /ORG of its own/],
  ])("%s is told with its place", (_, text, said) => {
    const [first, second] = boot(text);
    expect(first).toBe("does not assemble");
    expect(second).toMatch(said);
  });

  test.each([
    [
      "runs for ever",
      "jmp $",
      /^still running after 20,000 steps in mode "real" at 7C00h: jmp short 0x7c00$/,
    ],
    ["sleeps", "cli\nhlt", /^halts in mode "real" at 7C01h: hlt$/],
    [
      "jumps through an empty GDT",
      "mov eax, cr0\nor al, 1\nmov cr0, eax\njmp 8:x\nx:",
      /^triple fault \(#GP\(8\) first/,
    ],
    ["runs into nothing", "jmp 0xffff:0xffff", /in mode "real"/],
  ])("what %s ends with an explanation", (_, text, said) => expect(boot(text).at(-1)).toMatch(said));

  test("wild bytes end somehow, and are no exception", () => {
    const generator = xoroshiro128plus(2);
    for (let n = 0; n < 60; n++) {
      const bytes = Array.from({ length: 40 }, () => uniformInt(generator, 0, 255));
      expect(boot(`db ${bytes.join(", ")}`).at(-1)).toMatch(/arrives|in mode "/);
    }
  });

  test("is no exception in the table of checks, and points at the line", () => {
    const broken: ModesAndRings = { ...solution, protect: () => "  cli\n  mov eax, cr9" };
    expect(String(examine(LAB, CHECKS, "protect", broken))).toMatch(/protect, line 2, column \d+: .*cr9/);
  });
});

test("the whole way, mode by mode", () => {
  const { protect, map, lengthen } = solution;
  const whole = bootPieces(
    [
      ["protect", protect()],
      ["map", map()],
      ["lengthen", lengthen()],
    ],
    { seed: 7 },
  );
  expect(events(whole)).toEqual([
    ...["real", "protected, 16-bit", "protected, 32-bit", "compatibility, 32-bit", "64-bit", "arrives"],
  ]);
  expect(modeRows(whole).map((row) => row.instructions)).toEqual([7, 1, 23, 1, 0]);
});
