import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  formatNotebook,
  MAX_NOTEBOOK_BYTES,
  type Notebook,
  parseNotebook,
} from "../../src/kernel/notebook.ts";

const minimal = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [] as unknown[] };
const notebook = (...cells: unknown[]) => JSON.stringify({ ...minimal, cells });

describe("reading", () => {
  test.each<[string, string, RegExp]>([
    ["an empty file", "", /is empty, so it is not a notebook/],
    ["a truncated file", '{"nbformat": 4,', /not valid JSON: .* at line 1, column 16\. Mend it/],
    ["a broken word", '{\n "nbformat": 4,\n "cells": [nope]\n}', /Unexpected token 'o' at line 3, column 13/],
    ["a missing comma", '{\n "a": 1\n "b": 2\n}', /at line 3, column 2/],
    ["a list", "[]", /not a notebook: the field "nbformat" is missing/],
    ["nbformat 3", '{"nbformat": 3}', /nbformat 3, Ringlab reads nbformat 4/],
    ["no cells", '{"nbformat": 4, "nbformat_minor": 5}', /not a valid notebook: cells: /],
    ["an unknown cell type", notebook({ cell_type: "poem", source: "" }), /cells\[0\]\.cell_type: /],
    [
      "a number for text",
      notebook({ cell_type: "code", source: "" }, { cell_type: "code", source: 7 }),
      /cells\[1\]\.source: /,
    ],
  ])("%s is refused with its place", (_name, text, message) => {
    expect(() => parseNotebook(text)).toThrow(message);
  });

  test("a file that is too large is refused before it is read", () => {
    expect(() => parseNotebook(Buffer.alloc(MAX_NOTEBOOK_BYTES + 1))).toThrow(/200\.0 MiB, more than/);
  });

  test("bytes that are no UTF-8 are refused, a byte order mark is not", () => {
    expect(() => parseNotebook(Buffer.from([0x7b, 0xff]))).toThrow(/not UTF-8/);
    expect(parseNotebook(`\uFEFF${notebook()}`).cells).toEqual([]);
  });

  test("lists of lines become text, except where the data is JSON", () => {
    const data = { "text/html": ["<b>\n", "</b>"], "application/vnd.vegalite.v5+json": ["kept"] };
    const cell = {
      cell_type: "code",
      source: ["a\n", "b"],
      outputs: [{ output_type: "display_data", data }],
    };
    const [read] = parseNotebook(notebook(cell)).cells;
    expect(read).toMatchObject({
      source: "a\nb",
      outputs: [{ data: { ...data, "text/html": "<b>\n</b>" } }],
    });
  });

  test("from 4.5 on, cells get ids of their own", () => {
    const cell = { cell_type: "markdown", source: "same", id: "twice" };
    const ids = parseNotebook(notebook(cell, cell, { ...cell, id: undefined })).cells.map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    expect(ids[0]).toBe("twice");
  });

  test("before 4.5 ids would be wrong", () => {
    const old = { ...minimal, nbformat_minor: 4, cells: [{ cell_type: "raw", source: "" }] };
    expect(parseNotebook(JSON.stringify(old)).cells[0]?.id).toBeUndefined();
  });
});

const extra = fc.dictionary(
  fc.constantFrom("note", "Zeta", "é", "x_1"),
  fc.oneof(fc.string(), fc.integer(), fc.constant(null)),
);
const source = fc.string({ unit: fc.constantFrom("a", "\n", "é", "𝒳", "\\", '"', "\r") });
const cell = fc.oneof(
  fc.record({ cell_type: fc.constant("markdown"), source, metadata: extra }),
  fc.record({
    cell_type: fc.constant("code"),
    source,
    metadata: extra,
    execution_count: fc.option(fc.nat()),
    outputs: fc.array(
      fc.oneof(
        fc.record({ output_type: fc.constant("stream"), name: fc.constant("stdout"), text: source }),
        fc.record({
          output_type: fc.constant("display_data"),
          data: fc.dictionary(fc.constantFrom("text/plain", "image/png", "image/svg+xml"), source),
          metadata: extra,
        }),
      ),
    ),
  }),
);

test("writing and reading again keeps everything, also what the format does not name", () => {
  fc.assert(
    fc.property(fc.array(cell), extra, (cells, own) => {
      const given = parseNotebook(JSON.stringify({ ...minimal, metadata: own, own, cells }));
      expect(parseNotebook(formatNotebook(given))).toEqual(given);
    }),
    { seed: 1974, numRuns: 200 },
  );
});

test("the text is Jupyter's: one space, sorted keys, lists of lines, a last newline", () => {
  const one: Notebook = parseNotebook(
    notebook({ cell_type: "raw", source: "a\nb", metadata: {}, id: "x", apart: 1 }),
  );
  expect(formatNotebook(one)).toBe(`{
 "cells": [
  {
   "apart": 1,
   "cell_type": "raw",
   "id": "x",
   "metadata": {},
   "source": [
    "a\\n",
    "b"
   ]
  }
 ],
 "metadata": {},
 "nbformat": 4,
 "nbformat_minor": 5
}
`);
});
