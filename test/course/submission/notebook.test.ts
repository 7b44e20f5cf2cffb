/** Notebooks as students hand them in: cells deleted, moved, renamed, retagged. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { answersFrom, extract } from "../../../src/course/submission/notebook.ts";
import { SubmissionProblem } from "../../../src/course/submission/problem.ts";

const LAB = "01-popek-goldberg";

interface Cell {
  type?: "code" | "markdown" | "raw";
  id?: string;
  tags?: unknown;
  source: string;
}

const notebook = (cells: readonly Cell[], more: object = { metadata: { ringlab: { lab: LAB } } }) =>
  JSON.stringify({
    cells: cells.map(({ type = "code", id, tags, source }) => ({
      cell_type: type,
      id,
      metadata: { tags },
      source,
    })),
    nbformat: 4,
    ...more,
  });

const component: Cell = { id: "component", tags: ["component"], source: "const component = {};" };
const MODULE = "const component = {};\nexport { component };\n";
const take = (...cells: Cell[]) => extract(notebook(cells), LAB);

test.each(["01-popek-goldberg", "02-modes-and-rings"])(
  "the notebook of lab %s as it is handed out",
  (lab) => {
    const file = readFileSync(new URL(`../../../notebooks/${lab}.ipynb`, import.meta.url), "utf8");
    const { source, cells, answers, notes } = extract(file, lab);
    expect(source).toMatch(/^import type.*const component: \w+ = \{.*\nexport \{ component \};\n$/s);
    expect(cells).toEqual([{ title: expect.stringMatching(/^cell \d+ \("component"\)$/), from: 1 }]);
    expect(answers).toEqual(new Map());
    expect(notes).toEqual([]);
  },
);

describe("finds the component", () => {
  test("in the cell with the tag, wherever it is", () => {
    expect(take({ source: "const component = 0;" }, component)).toMatchObject({
      source: MODULE,
      notes: [],
      cells: [{ title: 'cell 2 ("component")', from: 1 }],
    });
  });

  test("in several cells with the tag, in their order", () => {
    const helper: Cell = { tags: ["x", "component"], source: "const help = 1;\n\nfunction more() {}" };
    expect(take(helper, { source: "other" }, component)).toMatchObject({
      source: `${helper.source}\n${MODULE}`,
      cells: [
        { title: "cell 1", from: 1 },
        { title: 'cell 3 ("component")', from: 4 },
      ],
    });
  });

  test("by its id, when the tag got lost", () => {
    const { source, notes } = take({ source: "const component = 0;" }, { ...component, tags: [] });
    expect(source).toBe(MODULE);
    expect(notes).toEqual(['cell 2 ("component") has lost its tag "component"; it was taken by its id.']);
  });

  test("by what it declares, when both got lost", () => {
    const { source, notes } = take({ source: "1" }, { source: component.source });
    expect(source).toBe(MODULE);
    expect(notes).toEqual(['No cell has the tag "component"; cell 2 was taken, which declares it.']);
  });

  test("with metadata of other programs, source as one text, carriage returns", () => {
    expect(
      take({ ...component, tags: [1, null, "component"], source: "const component =\r\n{};" }).source,
    ).toBe("const component =\n{};\nexport { component };\n");
    expect(take({ source: "1", tags: "component" }, component).source).toBe(MODULE);
  });

  test("and leaves an export that is already there", () => {
    const source = "export const component = {};";
    expect(take({ ...component, source }).source).toBe(`${source}\n`);
  });

  test("after a comment without a line end", () => {
    const source = "const component = {}; // done";
    expect(take({ ...component, source }).source).toBe(`${source}\nexport { component };\n`);
  });
});

describe("tells where a name is declared that is not handed in", () => {
  const using = (source: string): Cell => ({ ...component, source: `${source}\nconst component = {};` });
  const notesOf = (declares: string, uses: string) =>
    take({ id: "my-helpers", source: declares }, using(uses)).notes;

  test("a function, with the lines", () => {
    expect(notesOf("function help() {}", "// first\nconst run = () => help();")).toEqual([
      'cell 2 ("component"), line 2, uses `help`, which only cell 1 ("my-helpers") declares. That cell is not handed in: move the declaration into the component cell.',
    ]);
  });

  test.each([
    ["an import", 'import { help } from "./a";', "help()"],
    ["a renamed import", 'import { x as help } from "./a";', "help()"],
    ["a default import", 'import help from "./a";', "help()"],
    ["a namespace", 'import * as help from "./a";', "help.me()"],
    ["a destructured constant", "const { a: [help] } = x;", "[help]"],
    ["a class", "class help {}", "class A extends help {}"],
    ["an enumeration", "enum help { a }", "help.a"],
    ["a use in a shorthand", "let help = 1;", "({ help })"],
    ["a use in a template", "let help = 1;", `\`\${help}\``],
    ["a use in a computed name", "let help = 1;", "({ [help]: 1 })"],
    ["a use as a default", "let help = 1;", "({ a = help } = {}) => a"],
  ])("%s", (_what, declares, uses) => expect(notesOf(declares, uses)).toHaveLength(1));

  test.each([
    ["a property", "let help = 1;", "x.help"],
    ["a key", "let help = 1;", "({ help: 1 })"],
    ["a method", "let help = 1;", "({ help() {} })"],
    ["a type, which costs nothing at run time", "interface help {}", "let a: help"],
    ["a parameter of the same name", "let help = 1;", "(help: number) => help"],
    ["a local of the same name", "let help = 1;", "{ const { a: help } = x; help }"],
    ["a label", "let help = 1;", "help: for (;;) break help;"],
    ["a name that nobody declares", "let other = 1;", "help"],
    ["a caught error", "let help = 1;", "try {} catch (help) { help }"],
  ])("but not %s", (_what, declares, uses) => expect(notesOf(declares, uses)).toEqual([]));

  test("nor what another cell with the tag declares", () => {
    const helper: Cell = { tags: ["component"], source: "const help = 1;" };
    expect(take(helper, using("help")).notes).toEqual([]);
  });
});

test("a notebook with a note for everything has ten", () => {
  const names = Array.from({ length: 30 }, (_, index) => `n${index}`).join(", ");
  expect(
    take({ source: `let ${names};` }, { ...component, source: `const component = [${names}];` }).notes,
  ).toHaveLength(10);
});

describe("refuses", () => {
  const refuses = (cells: Cell[], reason: RegExp) => {
    expect(() => take(...cells)).toThrow(SubmissionProblem);
    expect(() => take(...cells)).toThrow(reason);
  };

  test("a notebook without a component", () => refuses([{ source: "1" }], /none declares `component`/));
  test("a choice", () =>
    refuses([{ source: component.source }, { source: component.source }], /cell 1 and cell 2 all declare/));
  test("two versions with the tag", () => refuses([component, component], /Delete the old one, or its tag/));
  test("a tagged cell that declares nothing", () =>
    refuses([{ ...component, source: "" }], /no longer declares `component`/));
  test("a syntax error, with its line", () =>
    refuses(
      [{ source: "1" }, { ...component, source: "const component = {\n  a: ;\n};" }],
      /^cell 2 \("component"\), line 2, column 6: Expression expected\.\n {4}a: ;$/,
    ));
  test("a magic", () =>
    refuses(
      [{ ...component, source: `%timeit\n${component.source}` }],
      /line 1, column 1: .* belong to other kernels/,
    ));
  test("what is nested too deep", () =>
    refuses(
      [{ ...component, source: `const component = ${"[".repeat(3000)}${"]".repeat(3000)}` }],
      /nested/,
    ));

  test.each([
    ["no JSON", "{", /not JSON/],
    ["no notebook", "{}", /cells is not as Jupyter writes it/],
    ["a cell without text", '{"cells":[{"cell_type":"code","metadata":{}}]}', /cells\.0\.source/],
    ["a number", "1", /the file is not/],
    ["a million cells", `{"cells":[${"1,".repeat(3000)}1]}`, /has 3001 cells; at most 2000 are read/],
    ["the format of 2013", '{"nbformat":3,"worksheets":[]}', /nbformat 3/],
    [
      "another lab's",
      notebook([component], { metadata: { ringlab: { lab: "02-x" } } }),
      /of lab 02-x, not of lab 01/,
    ],
  ])("%s", (_what, json, reason) => expect(() => extract(json, LAB)).toThrow(reason));

  test("another lab's, without repeating what it calls itself", () =>
    expect(() =>
      extract(notebook([component], { metadata: { ringlab: { lab: "\u001b[2J" } } }), LAB),
    ).toThrow("This is the notebook of another lab, not of lab 01-popek-goldberg."));

  test("but not a notebook that does not say of which lab it is", () => {
    expect(extract(notebook([component], { metadata: {} }), LAB).source).toBe(MODULE);
    expect(extract(notebook([component], {}), LAB).source).toBe(MODULE);
  });
});

describe("collects answers", () => {
  const question = (text: string, id?: string): Cell => ({
    type: "markdown",
    id,
    tags: ["reflection"],
    source: text,
  });
  const answers = (...cells: Cell[]) => [...answersFrom(notebook(cells))];
  const ASKED = "**Question 1.** Why?\n\n_Your answer:_\n";

  test("below the marker", () =>
    expect(answers(question(`${ASKED}\nBecause.\n\nReally.`, "reflection-1"))).toEqual([
      ["reflection-1", "Because.\n\nReally."],
    ]));
  test("beside the marker", () =>
    expect(answers(question(`${ASKED.trim()} because`, "reflection-1"))).toEqual([
      ["reflection-1", "because"],
    ]));
  test("in cells below, up to the next question or heading", () =>
    expect(
      answers(
        question(ASKED, "reflection-1"),
        { type: "markdown", source: "First." },
        { type: "code", source: "I did not change the cell's type." },
        question(`${ASKED}Second.`, "reflection-2"),
        { type: "markdown", source: "## If you want more" },
        { type: "markdown", source: "not an answer" },
      ),
    ).toEqual([
      ["reflection-1", "First.\n\nI did not change the cell's type."],
      ["reflection-2", "Second."],
    ]));
  test("whole, when the marker is gone", () =>
    expect(answers(question("Why? Because.", "reflection-1"))).toEqual([["reflection-1", "Why? Because."]]));
  test("in order, when the ids are gone", () =>
    expect(answers(question(`${ASKED}a`), question(`${ASKED}b`, "x1")).map(([id]) => id)).toEqual([
      "reflection-1",
      "reflection-2",
    ]));
  test("by id, when the tags are gone", () =>
    expect(answers({ ...question(`${ASKED}a`, "reflection-2"), tags: undefined })).toEqual([
      ["reflection-2", "a"],
    ]));
  test("without empty ones", () => expect(answers(question(ASKED, "reflection-1"))).toEqual([]));
  test("in any script, without what reorders or steers", () =>
    expect(answers(question(`${ASKED}\u200fשלום\u202e\u0007 \u001b[2J`, "reflection-1"))).toEqual([
      ["reflection-1", "\u200fשלום [2J"],
    ]));
  test("of at most twenty thousand characters", () =>
    expect(answers(question(ASKED + "x".repeat(30_000), "reflection-1"))[0]![1]).toHaveLength(20_000));
});
