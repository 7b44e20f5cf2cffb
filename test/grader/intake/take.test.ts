/** The thread, as it was built: `npm test` builds first. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Refusal } from "../../../grader/intake/submission.ts";
import { take } from "../../../grader/intake/take.ts";

const labId = "01-popek-goldberg";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ringlab-take-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hand = (name: string, text: string, milliseconds?: number) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return take({ id: name, path }, { labId, ...(milliseconds && { milliseconds }) });
};
const GOOD = "export const component = 1;\n";

test("gives what was taken, as plain data", async () => {
  const taken = await hand("a.ts", GOOD);
  expect(taken).toEqual({
    id: "a.ts",
    form: "typescript",
    entry: "component.ts",
    files: new Map([["component.ts", GOOD]]),
    cells: [],
    answers: new Map(),
    notes: [],
  });
});

test("gives the refusal as one, and other errors as others", async () => {
  await expect(hand("b.ts", "")).rejects.toBeInstanceOf(Refusal);
  const gone = take({ id: "x", path: join(folder, "gone.ts") }, { labId });
  await expect(gone).rejects.toThrow(/ENOENT/);
  await expect(gone).rejects.not.toBeInstanceOf(Refusal);
});

test("ends what keeps the parser busy for hours, and goes on with the next", async () => {
  const hostile = hand("c.ts", `${GOOD}${"async(".repeat(40)}`, 1000);
  const next = hand("d.ts", GOOD);
  await expect(hostile).rejects.toThrow(/^Reading it took longer than 1 second/);
  await expect(hostile).rejects.toBeInstanceOf(Refusal);
  expect((await next).id).toBe("d.ts");
});
