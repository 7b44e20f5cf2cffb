import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { chosenLabs } from "../../src/cli/labs.ts";

const COMMAND = join(import.meta.dirname, "../../bin/ringlab.js");
const labs = (...words: string[]) => promisify(execFile)(process.execPath, [COMMAND, "labs", ...words]);

test("list names every lab with its points and the state of its notebook", async () => {
  expect((await labs("list")).stdout).toMatch(
    /^01-popek-goldberg +Can this machine be virtualized\? \(15 points, notebook up to date\)$/m,
  );
});

test("build --check takes a lab by its number", async () => {
  const { stdout } = await labs("build", "--check", "1");
  expect(stdout).toBe("notebooks/01-popek-goldberg.ipynb is up to date\n");
});

test.each(["01-popek-goldberg", "popek-goldberg", "1", "labs/01-popek-goldberg/"])(
  "%s names a lab",
  async (name) => {
    expect(await chosenLabs([name])).toEqual(["01-popek-goldberg"]);
  },
);

test("an unknown lab is named with those that exist, without a stack", async () => {
  const failure = await labs("build", "99").catch((error) => error);
  expect(failure.code).toBe(1);
  expect(failure.stderr).toMatch(/^ringlab: there is no lab "99"; there are 01-popek-goldberg.*\n$/);
});

test.each([
  ["verify", ["verify", "99"], /there is no lab "99"/],
  ["verify", ["verify", "--seeds", "0"], /at least one seed/],
  ["verify", ["verify", "--seed", "one"], /Give a whole number/],
  ["new", ["new", "Not_A_Name"], /no name of a lab: it has small letters/],
  ["new", ["new", "modes-and-rings"], /there is a lab 02-modes-and-rings already/],
])("%s says what is wrong with its arguments", async (_, words, said) => {
  const failure = await labs(...words).catch((error) => error);
  expect(failure.code).toBe(1);
  expect(failure.stderr).toMatch(said);
  expect(failure.stderr).not.toContain("    at ");
});
