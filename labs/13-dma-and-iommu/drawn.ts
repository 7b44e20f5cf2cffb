/** Cases drawn from a seed, for the student's own trials and for the hidden tests. */
import type { Entry } from "./component.ts";
import type { Knock, Retirement, Step } from "./scenarios.ts";

/** A whole number from 0, below the one given. */
export type Draw = (below: number) => number;

const one = <T>(draw: Draw, of: readonly T[]): T => of[draw(of.length)] as T;

/** Pages that share tables, or not, come and go. */
export function drawSteps(draw: Draw, length: number, unmaps: boolean): Step[] {
  const high = [1 + draw(255), 256 + draw(256)];
  const middle = [1 + draw(255), 256 + draw(256)];
  const low = [1 + draw(255), 256 + draw(256)];
  const any = () => (one(draw, high) * 512 + one(draw, middle)) * 512 + one(draw, low);
  const pages = [any(), any(), any()];
  return Array.from({ length }, (): Step => {
    const page = one(draw, pages);
    return unmaps && draw(2) === 0
      ? { kind: "unmap", page }
      : { kind: "map", page, frame: 300 + draw(1_000_000), writable: draw(2) === 0 };
  });
}

export const drawRetirement = (draw: Draw, strict: boolean): Retirement => ({
  limit: strict ? 1 : 2 + draw(4),
  pages: Array.from({ length: 3 + draw(9) }, () => 1 + draw(9999)),
});

export function drawKnock(draw: Draw): Knock {
  const bus = 256 * (1 + draw(3));
  const device = bus + 8 * (1 + draw(3));
  const requester = () => one(draw, [device, device, device + 1, device + draw(8), device + 32, bus + 512]);
  const entries = Array.from(
    { length: 2 + draw(3) },
    (): Entry => ({
      ...{ present: draw(4) > 0, requester: requester(), anyFunction: draw(2) === 0 },
      vector: 32 + draw(200),
    }),
  );
  return {
    message: { requester: requester(), remappable: draw(3) > 0, value: draw(entries.length + 1) },
    ...{ entries, old: draw(2) === 0 },
  };
}
