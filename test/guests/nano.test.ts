/** The nanobenchmarks on the bare machine and on QEMU: what they say, how often they trap, and what they cost. */
import { describe, expect, test } from "vitest";
import { buildNano } from "../../src/guests/nano.ts";
import { type Bits, expectedNano, nanobenchmarksOf, perOperation } from "../../src/guests/nanobenchmarks.ts";
import type { EventName } from "../../src/machine/trace.ts";
import { boot } from "../support/boot.ts";
import { lacks } from "../support/needs.ts";
import { bootOnQemu } from "../support/qemu.ts";

const BITS: Bits[] = [32, 64];

describe.each(BITS)("in %i bits", (bits) => {
  const options = { bits, iterations: 500, warmUp: 3 };
  const run = boot(buildNano(options).image);
  const { marks } = run.machine.board.marker;
  const cycles = perOperation(marks, options, ({ cycle }) => cycle);

  test("every benchmark says what it should", () => {
    expect(run.serial()).toBe(expectedNano(options));
    expect(run.exit).toBe(0);
  });

  test.each([
    ["syscall", "syscall"],
    ["in", "portIn"],
    ["pgfault", "pageFault"],
    ["divzero", "exception"],
  ] satisfies [string, EventName][])("%s is one %s an iteration", (name, event) => {
    const at = nanobenchmarksOf(bits).findIndex((one) => one.name === name);
    expect(marks[2 * at + 1]!.counts[event] - marks[2 * at]!.counts[event]).toBe(options.iterations);
  });

  // Adams & Agesen 2006, sec. 6.3, on the processor that src/machine/profiles/pentium4.ts describes.
  const published: [string, number][] = [
    ["in", 3209],
    ["callret", 11],
    ["pgfault", 1093],
  ];
  if (bits === 64) published.push(["cr8wr", 140]);
  test.each(published)("%s costs what was published, within a quarter", (name, theirs) => {
    expect(cycles.get(name)! / theirs).toBeGreaterThan(0.75);
    expect(cycles.get(name)! / theirs).toBeLessThan(1.25);
  });

  test("an operation costs the same however often it is done", () => {
    const more = { bits, iterations: 2000, warmUp: 3 };
    const again = perOperation(
      boot(buildNano(more).image).machine.board.marker.marks,
      more,
      ({ cycle }) => cycle,
    );
    for (const { name, loop } of nanobenchmarksOf(bits))
      if (name !== loop) expect(again.get(name), name).toBeCloseTo(cycles.get(name)!, 0);
  });

  test.skipIf(lacks("qemu", import.meta.url))("QEMU says the same", async () => {
    expect(await bootOnQemu(buildNano(options).image, 32, [], bits)).toEqual({
      serial: expectedNano(options),
      exit: 0,
    });
  });
});

test("a run that did not come to its end is not read", () => {
  expect(() => perOperation([], {}, () => 0)).toThrow(/0 marks of 9 benchmarks/);
});

test("wrong options say what is allowed", () => {
  expect(() => buildNano({ iterations: 0 })).toThrow(/iterations is 0: give a whole number from 1 to/);
  expect(() => buildNano({ warmUp: 1.5 })).toThrow(/warmUp is 1.5/);
});
