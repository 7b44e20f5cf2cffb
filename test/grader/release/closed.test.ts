/** What is missing from a release, or in it for no reason, is found before students find it. */
import { expect, test } from "vitest";
import { checkClosed } from "../../../grader/release/closed.ts";
import { add, type Release } from "../../../grader/release/files.ts";

const LAB = "07-toy";
const FILES = {
  "src/course/index.ts": `export const a = 1;\n`,
  "labs/07-toy/contract.ts": `import { a } from "../../src/course/index.ts";\nexport const LAB = a;\n`,
  "labs/07-toy/checks.ts": `import { LAB } from "./contract.ts";\nimport { help } from "./help.ts";\n`,
  "labs/07-toy/help.ts": "export const help = 1;\n",
  "labs/07-toy/shown.ts": "export const shown = 1;\n",
  "labs/07-toy/lab.md": `import { shown } from "ringlab/labs/07-toy/shown";\n`,
};

function check(change: Record<string, string | undefined> = {}): void {
  const release: Release = new Map();
  for (const [path, text] of Object.entries({ ...FILES, ...change }))
    if (text !== undefined) add(release, path, text);
  checkClosed(release, [LAB]);
}

test("a lab whose files all serve students", () => expect(() => check()).not.toThrow());

test.each([
  [
    { "labs/07-toy/help.ts": undefined },
    "labs/07-toy/checks.ts imports labs/07-toy/help.ts, which students are not given",
  ],
  [
    { "labs/07-toy/help.ts": `import "./solution.ts";` },
    "labs/07-toy/help.ts imports labs/07-toy/solution.ts",
  ],
  [{ "labs/07-toy/help.ts": `import { x } from "ringlab/labs/06-other/x";` }, "imports labs/06-other/x.ts"],
  [{ "labs/07-toy/shown.ts": undefined }, "lab.md imports labs/07-toy/shown.ts"],
  [
    { "labs/07-toy/oracle.ts": "export const answer = 42;" },
    "labs/07-toy/oracle.ts is used by nothing that students run",
  ],
  [{ "src/a.ts": `import "../grader/x.ts";` }, "src/a.ts imports grader/x.ts"],
])("%j", (change, message) => {
  expect(() => check(change)).toThrow(message);
});
