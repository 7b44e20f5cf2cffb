/** Each must be refused, with the reason, in words that do nothing to a terminal. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCandidate } from "../../../grader/intake/read-candidate.ts";
import { Refusal } from "../../../grader/intake/submission.ts";
import { CASES } from "./hostile.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ringlab-hostile-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(CASES.map((each, index) => [each[0], index] as const))("%s", async (_name, index) => {
  const [, file, make, reason] = CASES[index]!;
  const place = join(folder, String(index));
  mkdirSync(place);
  const path = join(place, file);
  await make(path);
  const taken = readCandidate({ id: "x", path }, { labId: "01-popek-goldberg" });
  await expect(taken).rejects.toThrow(reason);
  await expect(taken).rejects.toBeInstanceOf(Refusal);
  await taken.catch(({ message }: Error) => {
    expect(message).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
    expect(message.length).toBeLessThan(700);
  });
});

test("nothing was written beside the submissions", () => {
  expect(readdirSync(folder).length).toBe(CASES.length);
});
