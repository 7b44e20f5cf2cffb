/** What every placement of tenants promises. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Placement } from "../../../../src/virt/mmu/placement/placement.ts";

export const MEMORY = 4096;

/** A tenant's size, or (negative) the index of who leaves. */
const stream = fc.array(fc.oneof(fc.integer({ min: 1, max: 1200 }), fc.integer({ min: -8, max: -1 })), {
  minLength: 1,
  maxLength: 60,
});

export function placementCases(make: (memory: Uint8Array) => Placement): void {
  test("a tenant finds its own bytes, others' never, and zeros when it comes", () => {
    fc.assert(
      fc.property(stream, (events) => {
        const memory = new Uint8Array(MEMORY);
        const placement = make(memory);
        const here = new Map<number, number>();
        let next = 1;
        const at = (tenant: number, offset: number) => placement.translate(tenant, offset, 1);
        for (const event of events) {
          if (event < 0) {
            const tenant = [...here.keys()][-event - 1];
            if (tenant === undefined) continue;
            placement.leave(tenant);
            here.delete(tenant);
          } else if (placement.admit(next, event)) {
            let left = 0;
            for (let offset = 0; offset < event; offset++) {
              left |= memory[at(next, offset) as number] as number;
              memory[at(next, offset) as number] = next;
            }
            expect(left).toBe(0);
            here.set(next++, event);
          }
          for (const [tenant, bytes] of here)
            for (const offset of [0, bytes >> 1, bytes - 1])
              if (memory[at(tenant, offset) as number] !== tenant)
                throw new Error(`tenant ${tenant} has lost offset ${offset}`);
          const { asked, taken, largest } = placement.usage;
          expect(asked).toBe([...here.values()].reduce((sum, bytes) => sum + bytes, 0));
          expect(taken).toBeGreaterThanOrEqual(asked);
          expect(largest).toBeLessThanOrEqual(MEMORY - taken);
        }
        for (const tenant of here.keys()) placement.leave(tenant);
        expect(memory.every((byte) => byte === 0)).toBe(true);
        expect(placement.usage).toMatchObject({ asked: 0, taken: 0, largest: MEMORY, holes: 1 });
      }),
      { seed: 6, numRuns: 60 },
    );
  });

  test("the largest piece can be had, one byte more cannot", () => {
    const placement = make(new Uint8Array(MEMORY));
    for (const [tenant, bytes] of [700, 900, 500, 1000].entries()) placement.admit(tenant, bytes);
    placement.leave(1);
    const { largest } = placement.usage;
    expect(placement.admit(9, largest)).toBe(true);
    placement.leave(9);
    expect(placement.admit(9, MEMORY)).toBe(false);
  });

  test.each([0, -1, 1.5, MEMORY + 1, Number.NaN])("a tenant of %d bytes is refused by name", (bytes) => {
    expect(() => make(new Uint8Array(MEMORY)).admit(1, bytes)).toThrow(
      `a tenant of ${bytes} bytes: it must be a whole number from 1 to ${MEMORY}`,
    );
  });

  test.each([-1, -4096, 2 ** 31, 2 ** 32, Number.NaN])("offset %d leads nowhere", (offset) => {
    const placement = make(new Uint8Array(MEMORY));
    placement.admit(1, 100);
    placement.admit(2, 100);
    expect(placement.translate(2, offset, 1)).toBeUndefined();
  });

  test("who is here does not come again, and who is not does not leave", () => {
    const placement = make(new Uint8Array(MEMORY));
    placement.admit(1, 10);
    expect(() => placement.admit(1, 10)).toThrow("tenant 1 is here already");
    expect(() => placement.leave(2)).toThrow("tenant 2 is not here");
    expect(() => placement.translate(2, 0, 1)).toThrow("tenant 2 is not here");
  });
}
