import { describe, expect, test } from "vitest";
import { shadowTables } from "../../src/plots/index.ts";
import { type ShadowAction, stepShadow } from "../../src/systems/index.ts";

/** Pages 1 and 3 are the same frame, 2 may only be read, 7 is the page table itself. */
const ENTRIES = [0, 0x8027, 0x9025, 0x8063, 0, 0, 0, 0x3067];
const ACTIONS: readonly ShadowAction[] = [
  { kind: "read", page: 1, user: true },
  { kind: "write", page: 1, user: true },
  { kind: "write", page: 1, user: true },
  { kind: "write", page: 2, user: true },
  { kind: "read", page: 0 },
  { kind: "read", page: 7 },
  { kind: "set", page: 1, entry: 0 },
  { kind: "read", page: 1, user: true },
  { kind: "invlpg", page: 1 },
  { kind: "cr3" },
];
const told = (pager: "naive" | "caching") =>
  stepShadow(pager, ENTRIES, ACTIONS).map(
    ({ event, rows }) => `${event} | ${[1, 2, 3, 7].map((page) => rows[page]?.state).join(" ")}`,
  );

describe("the same guest", () => {
  test("below the pager that forgets", () => {
    expect(told("naive")).toEqual([
      "CR3 is loaded | hidden hidden hidden hidden",
      "the user reads page 1: a hidden fault | clean hidden hidden hidden",
      "the user writes page 1: a hidden fault | derived hidden hidden hidden",
      "the user writes page 1: no exit | derived hidden hidden hidden",
      "the user writes page 2: a page fault of the guest's, error 7 | derived hidden hidden hidden",
      "the kernel reads page 0: a page fault of the guest's, error 0 | derived hidden hidden hidden",
      "the kernel reads page 7: a hidden fault | derived hidden hidden derived",
      "the kernel writes 0 into entry 1: a hidden fault | stale hidden hidden derived",
      "the user reads page 1: no exit | stale hidden hidden derived",
      "INVLPG of page 1 | none hidden hidden derived",
      "CR3 is loaded | none hidden hidden hidden",
    ]);
  });

  test("below the one that keeps its shadows", () => {
    const events = told("caching");
    expect(events.slice(0, 4)).toEqual(told("naive").slice(0, 4));
    expect(events[6]).toMatch(/page 7: a hidden fault \| derived hidden hidden traced$/);
    // Whether the store was an exit or went out of sync: after INVLPG nobody remembers the page.
    expect(events[9]).toMatch(/^INVLPG of page 1 \| none /);
    expect(events[10]).toMatch(/^CR3 is loaded \| none .* traced$/);
  });
});

test("the diagram takes it", () => {
  const figure = shadowTables("A shadow", stepShadow("caching", ENTRIES, ACTIONS));
  expect(figure.steps).toHaveLength(11);
  expect(figure.alt).toMatch(/^Of 8 pages: /);
});

test("a page that the table does not have is refused by name", () => {
  expect(() => stepShadow("naive", ENTRIES, [{ kind: "read", page: 8 }])).toThrow(
    "page 8: the guest's table has entries for pages 0 to 7",
  );
});
