import { describe, expect, test } from "vitest";
import { gradebook } from "../../../grader/report/gradebook.ts";
import { slotKey, slots } from "../../../grader/report/manual/marks.ts";
import type { Graded } from "../../../grader/report/result.ts";
import { parseRoster } from "../../../grader/report/roster.ts";
import { parseSettings, settingsOf } from "../../../grader/report/settings.ts";
import { LAB } from "../../../labs/01-popek-goldberg/contract.ts";
import { RUBRIC } from "../../../labs/01-popek-goldberg/rubric.ts";

const result = (score: number): Graded => ({
  version: 1,
  lab: LAB.id,
  key: "00",
  refused: undefined,
  notes: [],
  answers: {},
  tests: [],
  score,
  max: 15,
});

const settings = settingsOf(
  LAB.id,
  parseSettings(`{ due: "2026-11-20T12:00Z", late: { percentPerDay: 10 } }`, "course.json5"),
);
const roster = parseRoster(
  `id,name,submission,submitted_at,due
a,Ada Lovelace,group-1,2026-11-21T11:00Z,
g,Grace Hopper,group-1,2026-11-21T11:00Z,2026-11-21T00:00Z
k,Ken Thompson,,2026-11-21T12:00:01Z,
d,Dennis Ritchie,,,
`,
  "roster.csv",
);
const results = new Map([
  ["zoe", result(15)],
  ["group-1", result(12.35)],
  ["k", result(12.35)],
]);
const book = gradebook({ lab: LAB, rubric: RUBRIC, settings, roster, results });
const entry = (id: string) => book.entries.find((each) => each.id === id)!;

test("entries come by name; who handed nothing in is there, and who is in no roster is last", () => {
  expect(book.entries.map(({ id, students, graded }) => [id, students.length, graded?.score])).toEqual([
    ["group-1", 2, 12.35],
    ["d", 1, undefined],
    ["k", 1, 12.35],
    ["zoe", 0, 15],
  ]);
});

describe("lateness", () => {
  test("of a group counts from the latest due date of its members", () =>
    expect(entry("group-1").grade).toMatchObject({ lateness: { days: 1 }, penalty: 1.24, score: 11.11 }));
  test("of one student counts from the course's", () =>
    expect(entry("k").grade).toMatchObject({ lateness: { days: 2 }, penalty: 2.47, score: 9.88 }));
  test("is none where no time is known", () =>
    expect(entry("zoe").grade).toMatchObject({ lateness: undefined, penalty: 0, score: 15, max: 15 }));
  test("is none of what was not handed in", () =>
    expect(entry("d").grade).toMatchObject({ lateness: undefined, score: 0, max: 15 }));
});

test("marks count as soon as there are some, and lateness takes from both", () => {
  const [first] = slots(RUBRIC);
  const marks = new Map([["k", new Map([[slotKey(first!), { points: 0.5, comment: "" }]])]]);
  const { grade } = gradebook({ lab: LAB, rubric: RUBRIC, settings, roster, results, marks }).entries[2]!;
  expect(grade).toMatchObject({
    manual: { score: 0.5, max: 6, open: 5 },
    raw: 12.85,
    penalty: 2.57,
    score: 10.28,
    max: 21,
  });
});
