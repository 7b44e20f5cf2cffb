/**
 * Guests that run wild end in a stop reason within their limit and never in a JavaScript error. RINGLAB_FUZZ=100000 runs more
 * images, RINGLAB_SEED others: `RINGLAB_FUZZ=100000 npx vitest run test/machine/fuzz`.
 */
import { expect, test } from "vitest";
import { boot } from "../../../src/machine/load/boot.ts";
import type { Machine } from "../../../src/machine/machine.ts";
import { WIDE } from "../../support/wide.ts";
import { WildImages } from "./images.ts";

const COUNT = Number(process.env.RINGLAB_FUZZ ?? (WIDE ? 2000 : 150));
const SEED = Number(process.env.RINGLAB_SEED ?? 3);
const LIMIT = 2000;
const REASONS = new Set(["exit", "halt", "shutdown", "reset", "off", "limit"]);

function start(image: ReturnType<WildImages["next"]>): Machine {
  const { bytes, mode } = image;
  const machine = boot(bytes, { kind: "flat", mode, origin: 0x7c00, memory: 1 << 20 });
  // Registers as wild as the code, so that memory operands hit more than page 0.
  const { r32 } = machine.cpu;
  for (let n = 0; n < 8; n++)
    if (n !== 4) r32[2 * n] = Math.imul(n + 1, 0x9e3779b1) >>> (n % 3 === 0 ? 12 : 0);
  return machine;
}

test(`${COUNT} wild images end in a stop`, { timeout: 3_600_000 }, () => {
  const images = new WildImages(SEED);
  const seen = new Map<string, number>();
  for (let n = 0; n < COUNT; n++) {
    const image = images.next();
    try {
      const { reason } = start(image).run({ limit: LIMIT });
      seen.set(reason, (seen.get(reason) ?? 0) + 1);
      expect(REASONS).toContain(reason);
    } catch (error) {
      throw new Error(
        `image ${n} of seed ${SEED} (${image.mode}): ${Buffer.from(image.bytes).toString("hex")}`,
        {
          cause: error,
        },
      );
    }
  }
  console.log([...seen].map(([reason, count]) => `${reason} ${count}`).join(", "));
  expect(seen.size).toBeGreaterThan(2);
});

test("what a run does to the machine does not depend on how it is cut into pieces", {
  timeout: 120_000,
}, () => {
  const images = new WildImages(SEED + 1);
  for (let n = 0; n < (WIDE ? 100 : 15); n++) {
    const image = images.next();
    const [whole, pieces] = [start(image), start(image)];
    const stop = whole.run({ limit: 1500 });
    let left = 1500;
    let last = pieces.run({ limit: 0 });
    for (let length = 1; left > 0; length = (length * 7 + n) % 61) {
      const before = pieces.steps;
      last = pieces.run({ limit: Math.min(left, length + 1) });
      left -= pieces.steps - before;
      if (last.reason !== "limit") break;
    }
    expect(last, `image ${n}`).toEqual(stop);
    expect(pieces.trace.hash, `image ${n}`).toBe(whole.trace.hash);
    expect(
      Buffer.from(pieces.save()).equals(Buffer.from(whole.save())),
      `image ${n}: the machines differ`,
    ).toBe(true);
  }
});
