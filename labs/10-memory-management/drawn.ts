/** Cases drawn from a seed, for the student's own trials and for the hidden tests. */
import type { Claim } from "./component.ts";
import { isClear } from "./expected.ts";
import type { Step } from "./host.ts";
import type { History, Scarcity } from "./scenarios.ts";

/** A whole number from 0, below the one given. */
export type Draw = (below: number) => number;

const one = <T>(draw: Draw, of: readonly T[]): T => of[draw(of.length)] as T;

const SHARES = [500, 700, 1000, 1300, 2000, 3100];

/** Two or three machines that want more than there is, as a rule. `taxed`: some memory is idle, and there is a tax. */
export function drawScarcity(draw: Draw, taxed: boolean): Scarcity {
  for (;;) {
    const drawn = (): Claim => {
      const pages = 3 + draw(14);
      return {
        ...{ shares: one(draw, SHARES), pages, min: draw(3) === 0 ? draw(pages + 1) : 0 },
        active: taxed ? draw(5) / 4 : 1,
      };
    };
    const claims = Array.from({ length: 2 + draw(2) }, drawn);
    if (draw(5) === 0) claims.splice(0, claims.length, claims[0]!, claims[0]!);
    const sum = claims.reduce((all, { pages }) => all + pages, 0);
    const scarcity = {
      ...{ claims, available: Math.max(1, sum - draw(Math.ceil(0.7 * sum))) },
      tax: taxed ? one(draw, [0.5, 0.75]) : 0,
    };
    if (isClear(scarcity)) return scarcity;
  }
}

const CONTENTS = ["A1", "A1", "A2", "B1", "B1", "B2"];
const PAGES = 6;

/** Six pages, some of which share a frame or are remembered, as they are or as they were. */
export function drawHistory(draw: Draw, kinds: readonly Step["kind"][], length: number): History {
  const pages: Record<string, string> = {};
  for (let page = 1; page <= PAGES; page++) pages[page] = one(draw, CONTENTS);
  const names = Array.from({ length: PAGES }, (_, at) => at + 1);
  const shared = [...new Set(CONTENTS)].flatMap((content) => {
    const same = names.filter((page) => pages[page] === content);
    const group = same.filter(() => draw(2) === 0);
    return group.length > 1 || (group.length === 1 && draw(3) === 0) ? [group] : [];
  });
  const remembered = names.flatMap((page) => {
    // A shared frame is remembered as what it is: that cannot have changed.
    const isShared = shared.some((group) => group.includes(page));
    if (draw(3) > 0) return [];
    return [{ page, as: isShared || draw(2) === 0 ? pages[page]! : one(draw, CONTENTS) }];
  });
  const steps = Array.from({ length }, (): Step => {
    const page = 1 + draw(PAGES);
    return one(draw, kinds) === "scan"
      ? { kind: "scan", page }
      : { kind: "write", page, content: one(draw, CONTENTS) };
  });
  return { pages, shared, remembered, steps };
}
