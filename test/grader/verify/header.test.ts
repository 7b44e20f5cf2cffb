import { expect, test } from "vitest";
import { readHeader } from "../../../grader/verify/header.ts";

const HEADER = `/**
 * Wrong: forgets the offset.
 * Breaks clause: C1
 * Caught by: frames: the offset stays
 * Caught by hidden: frames: words in the midst
 */
export const component = {};
`;

test("reads the four lines", () =>
  expect(readHeader(HEADER)).toEqual({
    wrong: "forgets the offset.",
    clause: "C1",
    caughtBy: "frames: the offset stays",
    caughtByHidden: "frames: words in the midst",
  }));

test.each(["Wrong", "Breaks clause", "Caught by", "Caught by hidden"])("misses the line %s", (label) => {
  const without = HEADER.split("\n").filter((line) => !line.startsWith(` * ${label}:`));
  expect(() => readHeader(without.join("\n"))).toThrow(`no line " * ${label}: …"`);
});

test("does not look below the header", () =>
  expect(() => readHeader(`/** Nothing. */\n${HEADER}`)).toThrow('no line " * Wrong: …"'));
