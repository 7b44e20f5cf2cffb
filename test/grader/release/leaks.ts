/** Lines of what is hidden, looked for in a release. It asks nobody which files are released: it knows which are not. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { filesBelow, isSource, type Release } from "../../../grader/release/files.ts";
import { ROOT } from "../../../src/kernel/package.ts";

const HIDDEN = /^(grader|test)\/|^labs\/[^/]+\/(solution|rubric|mutants)\b/;

/** What is written for students. */
const PUBLIC = "grader/release/readme.ts";

const files = ["src", "labs", "grader", "test"].flatMap(filesBelow);

const read = (path: string): string => {
  try {
    return readFileSync(join(ROOT, path), "utf8");
  } catch {
    return ""; // not everything is built: tests are not
  }
};

/** Long enough to say something. Braces, imports of packages and "return undefined;" stand everywhere. */
const isSubstantial = (line: string) => line.length >= 24 && /[a-z]{3}/i.test(line);

function linesOf(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.replace(/\s+/g, " ").trim())
    .filter(isSubstantial);
}

/** The text of a file; of JSON the text of its strings, where lines of programs stand escaped. */
function textOf(path: string, data: string): string {
  if (!/\.(json|ipynb|map)$/.test(path)) return data;
  const strings: string[] = [];
  JSON.parse(data, (key, value) => {
    strings.push(key);
    if (typeof value === "string") strings.push(value);
    return value;
  });
  return strings.join("\n");
}

/** Of a source and of what was built of it. */
const versions = (path: string) => [
  path,
  ...[".js", ".d.ts"].map((ending) => `dist/${path.replace(/\.ts$/, ending)}`),
];
const linesOfAll = (paths: readonly string[]) =>
  paths.flatMap(versions).flatMap((path) => linesOf(read(path)));

const open = new Set(
  linesOfAll(files.filter((path) => !HIDDEN.test(path) && /\.(ts|md|asm|json5|sh)$/.test(path))),
);
/** Line → the hidden file that it stands in. */
export const secrets = new Map(
  files
    .filter((path) => HIDDEN.test(path) && isSource(path) && path !== PUBLIC)
    .flatMap(versions)
    .flatMap((path) => linesOf(read(path)).map((line) => [line, path] as const))
    .filter(([line]) => !open.has(line)),
);

/** "src/x.ts: a line (of labs/…/solution.ts)". */
export function leaks(release: Release): string[] {
  return [...release].flatMap(([path, { data }]) =>
    linesOf(textOf(path, data.toString()))
      .filter((line) => secrets.has(line))
      .map((line) => `${path}: ${line} (of ${secrets.get(line)})`),
  );
}
