/** `ringlab fidelity` as a user runs it. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { asText, legend, wrap } from "../../src/cli/fidelity/show.ts";
import { PAPERS } from "../../src/fidelity/index.ts";

const RINGLAB = fileURLToPath(new URL("../../bin/ringlab.js", import.meta.url));
const fidelity = (...args: string[]) =>
  promisify(execFile)(process.execPath, [RINGLAB, "fidelity", ...args]).then(
    ({ stdout, stderr }) => ({ stdout, stderr, code: 0 }),
    ({ stdout, stderr, code }) =>
      ({ stdout, stderr, code }) as { stdout: string; stderr: string; code: number },
  );

test("a figure that holds: ours beside theirs, and no error", async () => {
  const { stdout, stderr, code } = await fidelity("aa06-in-native");
  expect(stdout).toMatch(/✓ aa06-in-native +in, native +3,209 cycles +±25 % +3,2\d\d +1.00 +fitted/);
  expect(stdout).toContain("1 of 1 hold");
  expect([stderr, code]).toEqual(["", 0]);
});

test("as JSON, with everything that a reader may ask", async () => {
  const { stdout } = await fidelity("aa06-in-native", "--json");
  expect(JSON.parse(stdout)).toMatchObject([
    {
      id: "aa06-in-native",
      published: 3209,
      unit: "cycles",
      tolerance: { relative: 0.25 },
      basis: "fitted",
      verdict: "ok",
    },
  ]);
});

test("a wrong id or option says what to do instead", async () => {
  expect(await fidelity("aa07")).toMatchObject({
    stderr: "ringlab: there is no row aa07; did you mean aa06? ringlab fidelity --list shows them all\n",
    code: 1,
  });
  expect(await fidelity("--workers", "0")).toMatchObject({ code: 1 });
});

test("no line is wider than a wide terminal, and each row is there once", () => {
  const listed = PAPERS.map((paper) => ({ paper, rows: paper.rows.map((row) => ({ row })) }));
  const lines = asText(listed).split("\n");
  expect(lines.filter((line) => line.length > 120)).toEqual([]);
  for (const { row } of listed.flatMap(({ rows }) => rows))
    expect(lines.filter((line) => line.startsWith(`    ${row.id} `))).toHaveLength(1);
});

test("what is out is counted as such", () => {
  const paper = PAPERS[0]!;
  const out = { row: paper.rows[0]!, judgement: { verdict: "out", ours: [18], ratio: 1.06 } as const };
  expect(asText([{ paper, rows: [out] }])).toContain("✗ robin00-17");
  expect(legend([{ paper, rows: [out] }])).toContain("0 of 1 hold");
});

test("text is broken between words", () => {
  expect(wrap("a bb ccc dddddd", 4)).toEqual(["a bb", "ccc", "dddddd"]);
});
