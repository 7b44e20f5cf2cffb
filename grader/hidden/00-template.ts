/** Hidden tests of lab 00-template: new seeds and new cases, never a new rule. */
import { counting } from "../../labs/00-template/checks.ts";
import type { Walker } from "../../labs/00-template/component.ts";
import { PAGE } from "../../labs/00-template/contract.ts";
import { expectedLines } from "../../labs/00-template/expected.ts";
import { SCENARIOS, type Walk } from "../../labs/00-template/scenarios.ts";
import { check } from "../../src/course/index.ts";
import type { HiddenTest } from "../run/kit.ts";
import { type Draw, drawFor, one } from "./cases.ts";

const CASES = 8;

/** What the starter gets. Say why when it is not 0. */
export const STARTER_POINTS = 0;

// TODO For each part four to eight tests, each of another kind of case. A name gives no input away; students will read it.
export function hidden(seed: number): HiddenTest<Walker>[] {
  return [
    answers(seed, "frames", "C1", "words in the midst of a page", (draw) =>
      walk(draw, ({ page }) => ({ page, offset: 1 + draw(PAGE - 2) })),
    ),
    answers(seed, "frames", "C1", "first and last words of pages", (draw) =>
      walk(draw, ({ page }) => ({ page, offset: one(draw, [0, PAGE - 1]) })),
    ),
    answers(seed, "faults", "C2", "present and absent pages by turns", (draw) => {
      const pages = 2 * (1 + draw(3));
      const entries = Array.from({ length: pages }, (_, page) => 2 * draw(32) + (page % 2));
      return { entries, addresses: entries.map((_, page) => PAGE * page + draw(PAGE)) };
    }),
    answers(seed, "faults", "C3", "around the end of the table", (draw) =>
      walk(draw, ({ pages }) => ({ page: pages - 1 + draw(3), offset: draw(PAGE) })),
    ),
    reads(seed, "C4", "the same pages again and again", (draw) =>
      walk(draw, ({ page }) => ({ page, offset: draw(PAGE) })),
    ),
    reads(seed, "C4", "two pages by turns", (draw) => {
      const turns = [draw(2), 2 + draw(2)];
      return walk(draw, ({ n }) => ({ page: turns[n % 2]!, offset: draw(PAGE) }), 4);
    }),
    reads(seed, "C3", "pages that nobody has", (draw) =>
      walk(draw, ({ n, pages }) => ({ page: n % 2 ? pages + draw(4) : 0, offset: draw(PAGE) })),
    ),
  ];
}

/** A table of drawn, present pages, and addresses made of pages and offsets. */
function walk(
  draw: Draw,
  next: (about: { n: number; page: number; pages: number }) => { page: number; offset: number },
  pages = 1 + draw(6),
): Walk {
  const entries = Array.from({ length: pages }, () => 2 * (1 + draw(32)) + 1);
  const addresses = Array.from({ length: 12 }, (_, n) => {
    const { page, offset } = next({ n, page: draw(pages), pages });
    return PAGE * page + offset;
  });
  return { entries, addresses };
}

type DrawWalk = (draw: Draw) => Walk;

function answers(seed: number, part: string, clause: string, name: string, drawWalk: DrawWalk) {
  const draw = drawFor(seed, `${part}: ${name}`);
  const input = Array.from({ length: CASES }, () => drawWalk(draw));
  return check({
    ...{ part, clause, name, input, scenario: SCENARIOS["answers-many"] },
    expected: input.map(expectedLines),
  });
}

const reads = (seed: number, clause: string, name: string, drawWalk: DrawWalk) =>
  counting("reads", clause, drawWalk(drawFor(seed, `reads: ${name}`)), name);
