import { describe, expect, test } from "vitest";
import { answer, eightEntries, userWrites } from "../../labs/07-paging-and-tlb/by-hand.ts";
import { CHECKS } from "../../labs/07-paging-and-tlb/checks.ts";
import { LAB } from "../../labs/07-paging-and-tlb/contract.ts";
import {
  byLot,
  hostRows,
  machineRows,
  missRows,
  withPassersBy,
} from "../../labs/07-paging-and-tlb/measure.ts";
import { component as solution } from "../../labs/07-paging-and-tlb/solution.ts";
import { component as starter } from "../../labs/07-paging-and-tlb/starter.ts";
import { unseen } from "../../labs/07-paging-and-tlb/unseen.ts";
import { everyLab } from "./every-lab.ts";

everyLab({ lab: LAB, checks: CHECKS, right: { "the solution": solution }, starter, definitions: [], unseen });

const misses = (rows: { misses: number }[]) => rows.map((row) => Math.round(row.misses));

describe("what the lab claims", () => {
  test("the cliff, and no cliff for a lottery", () => {
    expect(misses(missRows(solution, [48, 64, 65, 80, 128]))).toEqual([0, 0, 100, 100, 100]);
    const [at65, at128] = misses(missRows(byLot(solution), [65, 128]));
    expect(at65).toBe(3);
    expect(at128).toBeLessThan(90);
  });

  test("sets make a slope of it: each page more spoils one set", () => {
    const rows = missRows(solution, [48, 64, 65, 72, 80], { sets: 16 });
    expect(misses(rows)).toEqual([0, 0, 8, 56, 100]);
  });

  test("with passers-by the lottery loses", () => {
    const [own, lot] = [solution, byLot(solution)].map(
      (logic) => missRows(logic, [48], { stream: withPassersBy })[0]?.misses ?? 0,
    );
    expect(own).toBeCloseTo(10, 0);
    expect(lot).toBeGreaterThan(20);
  });

  test("the machine falls off the same cliff, two references a miss, and large pages carry it over", () => {
    const [before, after] = machineRows([64, 65]);
    expect([before?.dtlbMiss, before?.walkReference]).toEqual([0, 0]);
    expect(after?.dtlbMiss).toBe(after?.accesses);
    expect(after?.walkReference).toBe(2 * (after?.accesses ?? 0));
    expect((after?.cyclesPerAccess ?? 0) - (before?.cyclesPerAccess ?? 0)).toBe(36);
    expect(machineRows([1024], { large: true })[0]?.dtlbMiss).toBe(0);
  });

  test("segments lose a tenth or more of memory, pages a few per cent", () => {
    const late = hostRows(solution).filter(({ time }) => time >= 150);
    const used = (placement: string) => {
      const own = late.filter((row) => row.placement === placement);
      return own.reduce((sum, row) => sum + row.used, 0) / own.length;
    };
    for (const fit of ["first fit", "best fit", "worst fit"]) expect(used(fit)).toBeLessThan(0.88);
    expect(used("paging")).toBeGreaterThan(0.93);
  });
});

test("the walk by hand", () => {
  const machine = eightEntries();
  expect([0x3a7c, 0x1ff0, 0x6004, 0x5123].map((at) => answer(machine, at))).toEqual([
    "3a7ch: 9a7ch; the user may read, write",
    "1ff0h: 4ff0h; the user may read",
    "6004h: a page fault",
    "5123h: b123h; the user may do nothing",
  ]);
  expect(userWrites(machine, 0x7000)).toBe("entry 7: a000 P W U A → a000 P W U A D");
});

test("a place that is taken is named, where the host finds it", () => {
  expect(() => hostRows({ place: () => 0 })).toThrow(/^place put \d+ bytes at 0, where 0 … \d+ is taken$/);
});
