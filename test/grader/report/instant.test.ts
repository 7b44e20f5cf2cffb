import { expect, test } from "vitest";
import { parseInstant } from "../../../grader/report/instant.ts";

test.each([
  ["2026-11-20T23:59:00+01:00", "2026-11-20T22:59:00.000Z", "2026-11-20 23:59:00 +01:00"],
  ["2026-11-20 23:59 -0800", "2026-11-21T07:59:00.000Z", "2026-11-20 23:59:00 -08:00"],
  ["2026-02-28T00:00:00.123456789Z", "2026-02-28T00:00:00.000Z", "2026-02-28 00:00:00 +00:00"],
  ["2028-02-29 12:00:00 UTC", "2028-02-29T12:00:00.000Z", "2028-02-29 12:00:00 +00:00"],
])("%s", (text, utc, shown) => {
  const found = parseInstant(text)!;
  expect(new Date(found.ms).toISOString()).toBe(utc);
  expect(found.text).toBe(shown);
});

test.each([
  "2026-11-20",
  "2026-11-20T23:59:00",
  "2026-02-29T00:00:00Z",
  "2026-11-20T24:00:00Z",
  "2026-11-20T10:00:00+25:00",
  "yesterday",
  "",
])("%j is no moment", (text) => expect(parseInstant(text)).toBeUndefined());
