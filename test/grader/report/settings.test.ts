import { expect, test } from "vitest";
import { parseSettings, settingsOf } from "../../../grader/report/settings.ts";

const read = (text: string) => parseSettings(text, "course.json5");

test("what a lab says replaces what holds for all", () => {
  const course = read(`{
    course: "Rings", // a comment
    due: "2026-11-20T23:59:00+01:00",
    late: { percentPerDay: 10 },
    release: "released",
    labs: { "02-modes-and-rings": { due: "2026-12-04T23:59:00+01:00", release: "hidden" } },
  }`);
  expect(settingsOf("01-popek-goldberg", course)).toMatchObject({
    course: "Rings",
    due: { text: "2026-11-20 23:59:00 +01:00" },
    late: { percentPerDay: 10, graceMinutes: 0, of: "score" },
    release: "released",
  });
  expect(settingsOf("02-modes-and-rings", course)).toMatchObject({
    due: { text: "2026-12-04 23:59:00 +01:00" },
    late: { percentPerDay: 10 },
    release: "hidden",
  });
});

test("without settings hidden tests stay hidden", () => {
  expect(settingsOf("01-popek-goldberg", read("{}"))).toEqual({ course: "", release: "hidden" });
});

test.each([
  ["{ due: 1,\n  late }", "course.json5:2: "],
  [
    '{ due: "2026-11-20 23:59" }',
    'course.json5: due: "2026-11-20 23:59" is no moment; write date, time and zone',
  ],
  ["{ late: { percentPerDay: 120 } }", "course.json5: late.percentPerDay: "],
  ["{ late: { percentPerDay: 1.234 } }", "at most two decimals"],
  ['{ realease: "hidden" }', "realease"],
  ['{ labs: { "lab1": {} } }', "a lab's id looks like 01-popek-goldberg"],
  ["[]", "course.json5: "],
])("%s", (text, message) => expect(() => read(text)).toThrow(message));
