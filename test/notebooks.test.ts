/**
 * notebooks/ is what labs/ gives. When this fails: `ringlab labs build`. Opening figures come from experiments that take their time:
 * whether they are up to date is seen with RINGLAB_WIDE=all.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { buildNotebook } from "../src/course/build/build.ts";
import { labIds, loadLab } from "../src/course/build/lab-folder.ts";
import { type Notebook, serialize } from "../src/course/build/notebook.ts";
import { WIDE } from "./support/wide.ts";

const ROOT = join(import.meta.dirname, "..");
const LABS = join(ROOT, "labs");

const source = (id: string, module: string) => {
  const file = join(LABS, id, `${module}.ts`);
  return existsSync(file) ? import(file) : undefined;
};

describe.each(labIds(LABS))("%s", (id) => {
  const committed = readFileSync(join(ROOT, "notebooks", `${id}.ipynb`), "utf8");
  const { cells } = JSON.parse(committed) as Notebook;
  const tagged = (tag: string) => cells.filter(({ metadata }) => (metadata.tags as string[])?.includes(tag));

  test(`the notebook is up to date${WIDE ? ", the opening figure too" : ""}`, {
    timeout: 60_000,
  }, async () => {
    const lab = await loadLab(join(LABS, id), source);
    const [opening] = cells.flatMap((cell) => (cell.cell_type === "code" ? cell.outputs : []));
    const built = serialize(buildNotebook(WIDE ? lab : { ...lab, show: () => opening!.data }));
    expect(built === committed, `run: ringlab labs build ${id}`).toBe(true);
  });

  test("one cell holds the component, and it is the starter", () => {
    expect(tagged("component")).toHaveLength(1);
    const text = tagged("component")[0]!.source.join("");
    expect(text).toContain("const component");
    expect(text).not.toMatch(/^export /m);
  });

  test("it has the elements of a lab", () => {
    const text = cells.map((cell) => cell.source.join("")).join("\n");
    expect(tagged("reflection").length).toBeGreaterThanOrEqual(2);
    expect(text.match(/<details>/g)?.length).toBeGreaterThanOrEqual(3);
    for (const heading of ["Read first", "Your prediction", "Seeds that you have not seen", "Break it"])
      expect(text).toContain(`## ${heading}`);
  });

  test("it opens un-run, with a figure that nobody had to run", () => {
    const code = cells.filter((cell) => cell.cell_type === "code");
    expect(code.every(({ execution_count }) => execution_count === null)).toBe(true);
    const shown = code.flatMap(({ outputs }) => outputs);
    expect(shown).toHaveLength(1);
    expect(Object.keys(shown[0]!.data)).toEqual(
      expect.arrayContaining(["application/vnd.vegalite.v5+json", "image/svg+xml", "text/plain"]),
    );
  });
});
