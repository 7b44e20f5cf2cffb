/** The file that a student names → the component as text. Read as the grader reads it. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, posix } from "node:path";
import ts from "typescript";
import { candidates } from "../../course/bundle/resolve.ts";
import { hiddenCharacter } from "../../course/submission/characters.ts";
import { extract } from "../../course/submission/notebook.ts";
import type { ComponentSource } from "../../course/submission/place.ts";
import { SubmissionProblem } from "../../course/submission/problem.ts";
import { parse } from "../../course/submission/program.ts";
import { ROOT } from "../../kernel/package.ts";
import { UserError } from "../errors.ts";

export interface Handed {
  /** As the student may find it. */
  path: string;
  source: ComponentSource;
  notes: readonly string[];
}

/** Where the notebook of a lab is when nothing was named. */
export function notebookOf(lab: string): string {
  const name = `${lab}.ipynb`;
  const places = [join("notebooks", name), name, join(ROOT, "notebooks", name)];
  const found = places.find((place) => existsSync(place));
  if (found === undefined)
    throw new UserError(
      `there is no notebook ${places[0]} here; name your file: ringlab check ${lab} component.ts`,
    );
  return found;
}

/** @throws UserError when it cannot be read, SubmissionProblem when it is no component */
export function readComponent(path: string, lab: string): Handed {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new UserError(`${path} is a folder; name a file in it`);
  if (/\.ipynb$/i.test(path)) {
    const { source, cells, notes } = extract(readText(path), lab);
    const entry = basename(path);
    return { path, source: { entry, files: new Map([[entry, source]]), cells }, notes };
  }
  if (!/\.m?[jt]s$/.test(path))
    throw new UserError(`${path} is neither a notebook (.ipynb) nor a program (.ts)`);
  const entry = basename(path);
  const files = withImports(dirname(path), entry);
  const { problem, declares, exports } = parse(files.get(entry)!);
  const notes: string[] = [];
  if (!problem && declares.has("component") && !exports.has("component")) {
    files.set(entry, `${files.get(entry)}\nexport { component };\n`);
    notes.push("`component` was declared but not exported; the export was added.");
  }
  return { path, source: { entry, files, cells: [] }, notes };
}

function readText(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UserError(
      code === "ENOENT" ? `there is no file ${path}` : `${path} cannot be read: ${message}`,
    );
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).replace(/\r\n?/g, "\n");
  } catch {
    throw new SubmissionProblem(`${path} is not UTF-8 text. Save it as UTF-8.`);
  }
}

/** The file and what it imports of its own folder and the folders below. What is missing the bundler will say. */
function withImports(folder: string, entry: string): Map<string, string> {
  const files = new Map<string, string>();
  const open = [entry];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (files.has(file)) continue;
    const text = readText(join(folder, file));
    const hidden = hiddenCharacter(text);
    if (hidden)
      throw new SubmissionProblem(
        `${file}, line ${hidden.line}, column ${hidden.column}: ${hidden.what}. Delete it; what runs must be what one reads.`,
      );
    files.set(file, text);
    for (const { fileName } of ts.preProcessFile(text, true, true).importedFiles) {
      if (!fileName.startsWith(".")) continue;
      const target = posix.join(posix.dirname(file), fileName);
      const found = candidates(target).find(
        (one) => !one.startsWith("../") && statSync(join(folder, one), { throwIfNoEntry: false })?.isFile(),
      );
      if (found !== undefined) open.push(found);
    }
  }
  return files;
}
