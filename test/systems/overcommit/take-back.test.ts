/** Three ways to get pages back, and what each of them counts. */
import { expect, test } from "vitest";
import { ESX_2002, takeBack, UNIT_PRICES } from "../../../src/systems/overcommit/index.ts";

const take = (way: "balloon" | "unplug" | "swap", batch: number, used = 0.5, prices = UNIT_PRICES) =>
  takeBack({ way, batch, used, pages: 512, wanted: 128, prices, seed: 1 });

test("all bring what was wanted", () => {
  for (const way of ["balloon", "unplug", "swap"] as const) expect(take(way, 16).taken).toBe(128);
});

test("a balloon costs an exit a batch and a changed entry a page, as long as the guest has free pages", () => {
  expect(take("balloon", 1)).toMatchObject({ exits: 128, cpu: 128 + 128, disk: 0, moves: 0 });
  expect(take("balloon", 64)).toMatchObject({ exits: 2, cpu: 2 + 128, disk: 0, moves: 0 });
});

test("where all is in use, the guest's own disk pays", () => {
  expect(take("balloon", 64, 1)).toMatchObject({ transfers: 128, exits: 2 + 128 });
});

test("unplugging moves what is in the way", () => {
  const { moves, transfers, exits } = take("unplug", 16);
  expect([moves > 32, transfers, exits]).toEqual([true, 0, 8]);
  expect(take("unplug", 16, 0).moves).toBe(0);
});

test("swapping needs no guest, and a disk for every page", () => {
  expect(take("swap", 1, 0.5, ESX_2002)).toMatchObject({
    ...{ exits: 0, transfers: 128 },
    disk: 128 * ESX_2002.work.diskWrite,
  });
});
