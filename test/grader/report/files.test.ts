import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { classFiles, entryFiles } from "../../../grader/report/files.ts";
import { aClass, STUDENTS, twoAlike } from "./a-class.ts";

const book = aClass();
const similarity = twoAlike("s1000", "s1007");
const all = new Map([
  ...classFiles(book, similarity),
  ...book.entries.flatMap((entry) => [...entryFiles(book, entry)]),
]);

test("a class has its pages and tables, each student a page, each submission its results", () => {
  const names = [...all.keys()];
  expect(names.slice(0, 6)).toEqual([
    "index.html",
    "class.csv",
    "canvas.csv",
    "answers.html",
    "manual.csv",
    "similarity.html",
  ]);
  expect(names.filter((name) => name.startsWith("feedback/"))).toHaveLength(STUDENTS);
  expect(names.filter((name) => name.startsWith("results/"))).toHaveLength(38);
});

test("every link leads to a page or a place that is there", () => {
  const pages = [...all].filter(([name]) => name.endsWith(".html"));
  const places = new Map(pages.map(([name, html]) => [name, ids(html)]));
  for (const [name, html] of pages)
    for (const link of parseHTML(html).document.querySelectorAll("a")) {
      const [path, place] = link.getAttribute("href")!.split("#") as [string, string?];
      const target = path === "" ? name : path;
      expect(all.has(target), `${name}: ${target}`).toBe(true);
      if (place !== undefined) expect(places.get(target), `${name}: ${target}#${place}`).toContain(place);
    }
});

const ids = (html: string) => [...parseHTML(html).document.querySelectorAll("[id]")].map(({ id }) => id);

test("all pages forbid what they do not need", () => {
  for (const [name, html] of all)
    if (name.endsWith(".html")) expect(html, name).toContain("default-src 'none'");
});
