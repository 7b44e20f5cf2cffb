/** References of real walks against the closed form. */
import { expect, test } from "vitest";
import { run } from "../../src/experiments/index.ts";
import { walkReferences } from "../../src/experiments/walk-references.ts";

test("every pair of page sizes, with 4 levels and with 5, reads (g + 1)(n + 1) − 1 entries", () => {
  const rows = run(walkReferences, { levels: [4, 5] });
  expect(rows).toHaveLength(24);
  expect(rows.filter(({ references, formula }) => references !== formula)).toEqual([]);
  for (const { nested, references, guestLevels } of rows)
    expect(nested).toBe((references as number) - (guestLevels as number));
});

test("the figures that are quoted everywhere", () => {
  const references = (guest: string, host: string, levels = 4) =>
    run(walkReferences, { guest, host, levels })[0]?.references;
  expect([
    references("4 KiB", "none"),
    references("4 KiB", "4 KiB"),
    references("4 KiB", "2 MiB"),
    references("2 MiB", "2 MiB"),
    references("1 GiB", "1 GiB"),
    references("4 KiB", "4 KiB", 5),
  ]).toEqual([4, 24, 19, 15, 8, 35]);
});
