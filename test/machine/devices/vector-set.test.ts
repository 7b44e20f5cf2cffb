import fc from "fast-check";
import { expect, test } from "vitest";
import { VectorSet } from "../../../src/machine/devices/vector-set.ts";

test("is a set of 256 vectors that knows its highest", () => {
  const command = fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 255 }));
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
      const set = new VectorSet();
      const model = new Set<number>();
      for (const [add, vector] of commands) {
        if (add) set.add(vector);
        else set.delete(vector);
        if (add) model.add(vector);
        else model.delete(vector);
        expect(set.highest()).toBe(Math.max(-1, ...model));
        expect(set.has(vector)).toBe(add);
      }
      set.clear();
      expect(set.highest()).toBe(-1);
    }),
    { seed: 3 },
  );
});
