import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Claim } from "../../../src/virt/memory/contract.ts";
import { REFERENCE, sharesPerPage } from "../../../src/virt/memory/reference.ts";

const claim = (pages: number, rest: Partial<Claim> = {}): Claim => ({
  shares: 1000,
  pages,
  min: 0,
  active: 1,
  ...rest,
});
const { targets } = REFERENCE;

describe("min-funding revocation", () => {
  test.each<[string, Claim[], number, number, number[]]>([
    ["enough for all", [claim(10), claim(20)], 30, 0, [10, 20]],
    ["equal shares", [claim(10), claim(10)], 10, 0, [5, 5]],
    ["twice the shares", [claim(10, { shares: 2000 }), claim(10)], 12, 0, [8, 4]],
    ["less than its right", [claim(3), claim(20)], 13, 0, [3, 10]],
    ["a minimum", [claim(10, { min: 8 }), claim(10)], 10, 0, [8, 2]],
    ["all at their minima", [claim(10, { min: 8 }), claim(10, { min: 6 })], 10, 0, [8, 6]],
    ["idle, without a tax", [claim(12, { active: 0 }), claim(12)], 12, 0, [6, 6]],
    ["idle, with a tax of three quarters", [claim(20, { active: 0 }), claim(20)], 20, 0.75, [4, 16]],
    ["nothing at all", [], 10, 0, []],
  ])("%s", (_, claims, available, tax, expected) =>
    expect(targets(claims, available, tax)).toEqual(expected),
  );

  test("an idle page costs 1 / (1 − τ) times as much", () => {
    expect(sharesPerPage(claim(0), 10, 0.75)).toBe(100);
    expect(sharesPerPage(claim(0, { active: 0 }), 10, 0.75)).toBe(25);
    expect(sharesPerPage(claim(0, { active: 0.5 }), 10, 0.75)).toBe(40);
  });

  test("takes no more than it must, and leaves nobody poorer than it could be", () => {
    const claims = fc.array(
      fc.record({
        shares: fc.integer({ min: 1, max: 5000 }),
        pages: fc.nat(60),
        min: fc.nat(20),
        active: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      { minLength: 1, maxLength: 5 },
    );
    const property = fc.property(
      claims,
      fc.nat(200),
      fc.constantFrom(0, 0.5, 0.75, 0.9),
      (all, available, tax) => {
        const got = targets(all, available, tax);
        const floor = all.reduce((sum, { min, pages }) => sum + Math.min(min, pages), 0);
        const most = all.reduce((sum, { pages }) => sum + pages, 0);
        expect(got.reduce((sum, pages) => sum + pages, 0)).toBe(Math.min(most, Math.max(available, floor)));
        // Whoever lost a page paid less for it, then, than anybody else does now who could still lose one.
        all.forEach((loser, at) => {
          if (got[at] === loser.pages) return;
          const paid = sharesPerPage(loser, got[at]! + 1, tax);
          all.forEach((other, n) => {
            if (got[n]! <= other.min || got[n] === 0) return;
            expect(paid).toBeLessThanOrEqual(sharesPerPage(other, got[n]!, tax) * (1 + 1e-9));
          });
        });
      },
    );
    fc.assert(property, { seed: 1968, numRuns: 200 });
  });
});
