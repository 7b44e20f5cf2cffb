import { expect, test } from "vitest";
import { MemoryLedger } from "../../../src/virt/memory/ledger.ts";
import { ESX_2002, MEMORY_WORK, UNIT_PRICES } from "../../../src/virt/memory/prices.ts";

test.each([ESX_2002, UNIT_PRICES])(
  "$name: every price is a whole number and has a source; none is fitted",
  ({ work, sources }) => {
    expect(Object.keys(work).sort()).toEqual([...MEMORY_WORK].sort());
    expect(Object.keys(sources).sort()).toEqual([...MEMORY_WORK].sort());
    expect(Object.values(work).filter((price) => !Number.isInteger(price) || price <= 0)).toEqual([]);
    expect(Object.values(sources).filter((source) => source.length < 20 || /^fitted/.test(source))).toEqual(
      [],
    );
  },
);

test("the disk's time is told from the processor's, and is due once", () => {
  const ledger = new MemoryLedger(ESX_2002);
  ledger.pay("copy", 2);
  ledger.pay("diskRead");
  expect(ledger.drain()).toEqual({ cpu: 2 * ESX_2002.work.copy, disk: ESX_2002.work.diskRead });
  expect(ledger.drain()).toEqual({ cpu: 0, disk: 0 });
  expect([ledger.count("copy"), ledger.count("zero")]).toEqual([2, 0]);
});
