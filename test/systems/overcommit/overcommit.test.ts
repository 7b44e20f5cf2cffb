/** What the host's techniques are worth, in runs that are short and always the same. */
import { describe, expect, test } from "vitest";
import { experiment, rowsAt } from "../../../src/experiments/index.ts";
import { ESX_2002, probe } from "../../../src/systems/overcommit/index.ts";
import { UNIT_PRICES } from "../../../src/virt/memory/index.ts";

const at = (name: string, point: Record<string, number | string | boolean>) =>
  rowsAt(experiment(name), point);
const overcommitted = (technique: string, ratio: number) =>
  at("overcommit", { technique, ratio, machines: 3, seconds: 30 })[0] as unknown as Record<string, number>;

describe("at one and a half times the host's memory", () => {
  const [swap, balloon, sharing, both] = ["swap", "balloon", "sharing", "both"].map((technique) =>
    overcommitted(technique, 1.5),
  );

  test("a balloon beats swapping, and both techniques together beat each", () => {
    expect(balloon!.throughput).toBeGreaterThan(1.5 * swap!.throughput!);
    expect(sharing!.throughput).toBeGreaterThan(1.5 * swap!.throughput!);
    expect(both!.throughput).toBeGreaterThan(balloon!.throughput!);
    expect(both!.throughput).toBeGreaterThan(sharing!.throughput!);
  });

  test("for the reason that is given: the guest chooses, and nothing is paged twice", () => {
    expect([balloon!.swapIns, balloon!.doublePaged]).toEqual([0, 0]);
    expect(swap!.swapIns).toBeGreaterThan(500);
    expect(swap!.doublePaged).toBeGreaterThan(0);
    expect(balloon!.ballooned).toBeGreaterThan(500);
  });
});

test("the same seed gives the same run, another one another", () => {
  const run = (seed: number) =>
    rowsAt(experiment("overcommit"), { technique: "both", ratio: 1.5, machines: 2, seconds: 10 }, seed)[0]!
      .throughput;
  expect(run(3)).toBe(run(3));
  expect(run(3)).not.toBe(run(4));
});

test("a taxed neighbour gives its idle memory to the busy one", () => {
  const [free, taxed] = [0, 0.75].map(
    (tax) => at("idle-tax", { tax, memory: 360, files: 320, seconds: 240 })[0]!,
  );
  expect(taxed!.busy).toBeGreaterThan(Number(free!.busy) + 20);
  expect(taxed!.throughput).toBeGreaterThan(1.1 * Number(free!.throughput));
  expect(free!.busy).toBeCloseTo(Number(free!.idle), 0);
});

test("the time of a write betrays a neighbour's page, and only where pages are shared", () => {
  const time = (guess: boolean, sharing: boolean) => probe(guess, sharing, ESX_2002, 1);
  expect(time(true, true)).toBeGreaterThan(100 * time(false, true));
  expect(time(true, false)).toBe(time(false, false));
  expect(time(false, true)).toBe(time(false, false));
  expect(probe(true, true, UNIT_PRICES, 1)).toBe(4);
});
