import { expect, test } from "vitest";
import { buildNotebook } from "../../../src/course/build/build.ts";
import { interfaceTable } from "../../../src/course/build/interface-table.ts";
import { serialize } from "../../../src/course/build/notebook.ts";
import { LAB } from "../toy.ts";

const build = (markdown: string) =>
  buildNotebook({
    id: "99-toy",
    markdown,
    interfaceTable: "(the interface)",
    read: (file) => {
      if (file !== "starter.ts") throw new Error(`no such file: ${file}`);
      return "const a = 1;\n";
    },
    show: (figure) => ({ "text/plain": `shown: ${figure}` }),
  });

const LAB_MD = `# A toy

First.

\`\`\`ts
not(a, cell);
\`\`\`

<!-- interface -->

## A step

<details><summary>Hint</summary>

Think.

</details>

\`\`\`ts cell=component tags=component,graded include=starter.ts
\`\`\`
\`\`\`ts cell=figure output=opening
display(opening());

// two paragraphs
\`\`\`
\`\`\`md cell=answer tags=reflection
**Your answer:**
\`\`\`

After.
`;

test("headings, cells, includes, outputs and answers", () => {
  expect(build(LAB_MD).cells).toEqual([
    {
      cell_type: "markdown",
      id: "a-toy",
      metadata: {},
      source: [
        "# A toy\n",
        "\n",
        "First.\n",
        "\n",
        "```ts\n",
        "not(a, cell);\n",
        "```\n",
        "\n",
        "(the interface)",
      ],
    },
    {
      cell_type: "markdown",
      id: "a-step",
      metadata: {},
      source: [
        "## A step\n",
        "\n",
        "<details><summary>Hint</summary>\n",
        "\n",
        "Think.\n",
        "\n",
        "</details>",
      ],
    },
    {
      cell_type: "code",
      id: "component",
      metadata: { tags: ["component", "graded"] },
      source: ["const a = 1;"],
      execution_count: null,
      outputs: [],
    },
    {
      cell_type: "code",
      id: "figure",
      metadata: {},
      source: ["display(opening());\n", "\n", "// two paragraphs"],
      execution_count: null,
      outputs: [{ output_type: "display_data", data: { "text/plain": "shown: opening" }, metadata: {} }],
    },
    { cell_type: "markdown", id: "answer", metadata: { tags: ["reflection"] }, source: ["**Your answer:**"] },
    { cell_type: "markdown", id: "text", metadata: {}, source: ["After."] },
  ]);
});

test("the same lab gives the same bytes, with keys as Jupyter sorts them", () => {
  const bytes = serialize(build(LAB_MD));
  expect(serialize(build(LAB_MD))).toBe(bytes);
  expect(bytes.endsWith("}\n")).toBe(true);
  expect(Object.keys(JSON.parse(bytes))).toEqual(["cells", "metadata", "nbformat", "nbformat_minor"]);
  expect(JSON.parse(bytes).metadata.kernelspec.name).toBe("ringlab");
});

test("two headings of one name get two ids", () => {
  expect(build("# Run\n\n# Run\n").cells.map(({ id }) => id)).toEqual(["run", "run-2"]);
});

test.each<[string, string]>([
  ["# T\n\n```ts cell\n1\n```", "lab.md:3: a cell needs a name"],
  ["```ts cell=a b\n```", 'lab.md:1: "b" is no setting of a cell'],
  ["```ts cell=a.b\n1\n```", "a cell needs a name of letters"],
  ["```js cell=a\n1\n```", 'a cell is written in ts or md, not in "js"'],
  ["```ts cell=a\n```", "cell a is empty"],
  ["```ts cell=a include=starter.ts\n1\n```", "leave the fence empty"],
  ["```ts cell=a include=nowhere.ts\n```", "lab.md:1: cell a: no such file: nowhere.ts"],
  ["- item\n\n  ```ts cell=a\n  1\n  ```", "lab.md:3: a cell must stand at the left margin"],
  ["```ts cell=a\n1\n```\n\n```ts cell=a\n2\n```", "lab.md:5: there are two cells named a"],
  ["# T\n\n<details>\n\n```ts cell=a\n1\n```\n\n</details>", "lab.md:1: <details> and </details>"],
])("%j is refused with its line", (markdown, message) => {
  expect(() => build(markdown)).toThrow(message);
});

test("the interface table has every method, every clause, and no bar that ends a cell early", () => {
  const table = interfaceTable(LAB);
  expect(table).toContain("| **total** | | Adds. |\n| numbers | `number[]` | what to add |\n");
  expect(table).toContain("| returns | `{ sum: number }` | the sum |");
  expect(table).toContain("| bell | `Bell \\| Gong` | the bell |");
  expect(table).toContain("- **C2.** The bell rings twice | never more.");
});
