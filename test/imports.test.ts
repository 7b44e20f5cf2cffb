/** Data flows one way: who may import whom, and no circles. The drawing is in README.md ("The house"). */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");

/** Room → rooms that it may import. Every room may import itself; anything absent here is forbidden. */
const ARROWS: Record<string, string[]> = {
  "src/formal": [],
  "src/machine": [],
  "src/guests": ["src/machine"],
  "src/virt/cpu": ["src/machine"],
  "src/virt/mmu": ["src/machine"],
  "src/virt/memory": ["src/machine"],
  "src/virt/io": ["src/machine"],
  "src/virt/os": ["src/machine"],
  "src/virt/fleet": ["src/machine"],
  "src/systems": [
    "src/virt/cpu",
    "src/virt/mmu",
    "src/virt/memory",
    "src/virt/io",
    "src/virt/os",
    "src/virt/fleet",
    "src/formal",
    "src/guests",
    "src/machine",
  ],
  "src/experiments": ["src/systems", "src/formal", "src/guests", "src/machine"],
  "src/plots": [],
  "src/fidelity": ["src/experiments"],
  "src/compare": ["src/experiments", "src/plots", "src/systems", "src/guests", "src/machine"],
  "src/course": ["src/plots"],
  "src/kernel": [],
  "src/server": ["src/kernel"],
  "src/cli": [
    "src/compare",
    "src/server",
    "src/kernel",
    "src/course",
    "src/plots",
    "src/experiments",
    "src/fidelity",
    "src/systems",
    "src/formal",
    "src/machine",
    "src/guests",
  ],
  labs: [
    "src/compare",
    "src/course",
    "src/plots",
    "src/experiments",
    "src/formal",
    "src/systems",
    "src/guests",
    "src/machine",
  ],
  grader: [
    "labs",
    "src/compare",
    "src/course",
    "src/plots",
    "src/experiments",
    "src/formal",
    "src/systems",
    "src/guests",
    "src/machine",
    "src/kernel",
  ],
};

/** Contracts, which a sibling room may import as well. */
const CONTRACTS = ["src/virt/mmu/pager.ts"];

const files = ["src", "labs", "grader"]
  .filter((top) => existsSync(join(ROOT, top)))
  .flatMap((top) => readdirSync(join(ROOT, top), { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile() && /(?<!\.d)\.ts$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name));

/** A relative import as the file it names; packages are not followed, `ringlab/…` is a relative import in disguise. */
function imports(file: string): string[] {
  return ts
    .preProcessFile(readFileSync(file, "utf8"), true, true)
    .importedFiles.map(({ fileName }) => fileName)
    .map((name) => published(name) ?? name)
    .filter((name) => /^[./]/.test(name))
    .map((name) => resolve(dirname(file), name));
}

/** The source behind `ringlab/…`, which labs write where a student would. */
function published(name: string): string | undefined {
  const path = /^ringlab\/(.*)/.exec(name)?.[1];
  if (path === undefined) return undefined;
  return join(ROOT, path.startsWith("labs/") ? `${path}.ts` : `src/${path}/index.ts`);
}

function room(file: string): string {
  const parts = relative(ROOT, file).split("/");
  if (parts[0] !== "src") return parts[0] as string;
  return parts.slice(0, parts[1] === "virt" ? 3 : 2).join("/");
}

test("there is something to check", () => expect(files.length).toBeGreaterThan(5));

test("every room has its arrows", () => {
  expect([...new Set(files.map(room))].filter((name) => !ARROWS[name])).toEqual([]);
});

test("no arrow points backward", () => {
  const backward = files.flatMap((file) =>
    imports(file)
      .filter((target) => room(target) !== room(file) && !ARROWS[room(file)]?.includes(room(target)))
      .filter((target) => !(room(file).startsWith("src/virt") && CONTRACTS.includes(relative(ROOT, target))))
      .map((target) => `${relative(ROOT, file)} -> ${relative(ROOT, target)}`),
  );
  expect(backward).toEqual([]);
});

test("no room names another by its published path", () => {
  const disguised = files.filter((file) =>
    ts
      .preProcessFile(readFileSync(file, "utf8"), true, true)
      .importedFiles.some(({ fileName }) => /^ringlab\//.test(fileName) && room(file).startsWith("src")),
  );
  expect(disguised.map((file) => relative(ROOT, file))).toEqual([]);
});

test("the arrows themselves have no circle", () => {
  const reaches = (from: string, seen: Set<string>): Set<string> => {
    for (const next of ARROWS[from] ?? []) if (!seen.has(next)) reaches(next, seen.add(next));
    return seen;
  };
  expect(Object.keys(ARROWS).filter((name) => reaches(name, new Set()).has(name))).toEqual([]);
});

test("no file imports itself through others", () => {
  const graph = new Map(files.map((file) => [file, imports(file)]));
  const state = new Map<string, "open" | "done">();
  const circles: string[] = [];
  const visit = (file: string, path: string[]): void => {
    if (state.get(file) === "done") return;
    if (state.get(file) === "open") {
      circles.push(
        [...path.slice(path.indexOf(file)), file].map((name) => relative(ROOT, name)).join(" -> "),
      );
      return;
    }
    state.set(file, "open");
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    state.set(file, "done");
  };
  for (const file of files) visit(file, []);
  expect(circles).toEqual([]);
});
