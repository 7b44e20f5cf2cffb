/** A listing → a submission: chooses the component, reads what it may need, and nothing else. */

import { visible } from "../../src/course/submission/characters.ts";
import { answersFrom, extract } from "../../src/course/submission/notebook.ts";
import { SubmissionProblem } from "../../src/course/submission/problem.ts";
import { type Program, parse } from "../../src/course/submission/program.ts";
import { bytes, type Caps } from "./caps.ts";
import { choose } from "./entry.ts";
import type { Entry, Listing } from "./listing.ts";
import { type Form, Refusal, type Submission } from "./submission.ts";
import { checkSource, decode } from "./text.ts";

/** @throws Refusal */
export async function assemble(
  id: string,
  form: Form,
  listing: Listing,
  lab: string,
  caps: Caps,
): Promise<Submission> {
  const { entries } = listing;
  const shorten = withoutWrapper(entries.map(({ path }) => path));
  const byPath = new Map(entries.map((entry) => [shorten(entry.path), entry]));
  const isProgram = (path: string) => !/\.ipynb$/i.test(path);
  const read = reader(caps);

  const files = new Map<string, string>();
  const programs = new Map<string, Program>();
  let sources = 0;
  for (const [path, entry] of byPath) {
    if (!isProgram(path)) continue;
    const text = await read(path, entry, caps.source);
    sources += text.length;
    if (sources > caps.sources)
      throw new Refusal(`Its programs are larger than ${bytes(caps.sources)} together.`);
    checkSource(path, text);
    files.set(path, text);
    programs.set(path, parseable(path, text));
  }
  const { entry, notebook } = choose([...byPath.keys()], lab, (path) => seems(programs.get(path)!));
  const json = notebook === undefined ? "" : await read(notebook, byPath.get(notebook)!, caps.file);
  const notes = [...listing.notes];
  const taken = { id, form, files, entry, notes };
  if (entry === notebook) {
    const { source, cells, answers, notes: more } = pure(entry, () => extract(json, lab));
    if (source.length > caps.source)
      throw new Refusal(`The component of ${entry} is longer than ${bytes(caps.source)}.`);
    files.set(entry, source);
    return { ...taken, cells, answers, notes: [...notes, ...more] };
  }
  if (lacksExport(programs.get(entry)!)) {
    files.set(entry, `${files.get(entry)}\nexport { component };\n`);
    notes.push("`component` was declared but not exported; the export was added.");
  }
  if (notebook === undefined) return { ...taken, cells: [], answers: new Map() };
  const both = `${visible(entry)} was taken as the component; of the notebook ${visible(notebook)} only the answers were.`;
  return {
    ...taken,
    cells: [],
    answers: pure(notebook, () => answersFrom(json)),
    notes: [...notes, both],
  };
}

/** Reads within the caps; `total` counts over all files. */
function reader(caps: Caps): (path: string, entry: Entry, cap: number) => Promise<string> {
  let total = 0;
  return async (path, entry, cap) => {
    const data = await entry.read(cap);
    total += data.length;
    if (total > caps.total)
      throw new Refusal(`Its programs and notebooks are larger than ${bytes(caps.total)} together.`);
    return decode(path, data);
  };
}

function pure<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof SubmissionProblem) throw new Refusal(`${file}: ${error.message}`);
    throw error;
  }
}

/** What is too deep for us would kill the bundler; other syntax errors are its business. @throws Refusal */
function parseable(path: string, text: string): Program {
  const program = parse(text);
  if (program.problem?.tooDeep)
    throw new Refusal(`${path}, line ${program.problem.line}: ${program.problem.message}. Write it flatter.`);
  return program;
}

const seems = ({ declares, exports }: Program) => declares.has("component") || exports.has("component");

/** The cell of a notebook saved as a file lacks one line, which is no reason to lose an assignment. */
const lacksExport = ({ problem, declares, exports }: Program) =>
  !problem && declares.has("component") && !exports.has("component");

/** Archives often hold one folder that holds everything. */
function withoutWrapper(paths: readonly string[]): (path: string) => string {
  let prefix = "";
  for (;;) {
    const slash = paths[0]?.indexOf("/", prefix.length) ?? -1;
    if (slash < 0) break;
    const longer = paths[0]!.slice(0, slash + 1);
    if (!paths.every((path) => path.startsWith(longer))) break;
    prefix = longer;
  }
  return (path) => path.slice(prefix.length);
}
