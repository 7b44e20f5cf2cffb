/** Which built modules run when one lab is graded: those that are reached from where it starts, and no others. */
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import ts from "typescript";
import { ROOT } from "../../../src/kernel/package.ts";
import { ReleaseError } from "../error.ts";

/** Started by their path, in threads, processes and the sandbox. */
const STARTED = [
  "grader/release/gradescope/main",
  "grader/run/pool/worker",
  "grader/run/pool/watchdog",
  "grader/intake/thread",
  "grader/record/harness",
];
/** Of a lab, loaded by name. */
const LOADED = ["contract", "scenarios", "checks", "starter"];

/** The scanner also takes pieces of regular expressions for imports. */
const PACKAGE = /^(@[\w.-]+\/)?[\w][\w./-]*$/;

export interface Modules {
  /** Paths of the checkout: "dist/…/x.js". */
  files: readonly string[];
  packages: ReadonlySet<string>;
}

/** @throws ReleaseError when something is not built */
export function modulesOf(lab: string): Modules {
  const files = new Set<string>();
  const packages = new Set<string>();
  const open = [
    ...STARTED.map((path) => `dist/${path}.js`),
    ...LOADED.map((name) => `dist/labs/${lab}/${name}.js`),
    `dist/grader/hidden/${lab}.js`,
  ];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (files.has(file)) continue;
    if (!existsSync(join(ROOT, file))) throw new ReleaseError(`${file} is missing; run: npm run build`);
    files.add(file);
    for (const name of importsOf(readFileSync(join(ROOT, file), "utf8"))) {
      if (name.startsWith(".")) open.push(posix.join(posix.dirname(file), name));
      else if (name.startsWith("ringlab/labs/")) open.push(`dist/${name.slice("ringlab/".length)}.js`);
      else if (/^ringlab\/(?!package\.json)/.test(name))
        open.push(`dist/src/${name.slice("ringlab/".length)}/index.js`);
      else if (PACKAGE.test(name) && !/^(node|ringlab)\b/.test(name)) packages.add(packageOf(name));
    }
  }
  return { files: [...files].sort(), packages };
}

function importsOf(text: string): string[] {
  const imported = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
  const started = [...text.matchAll(/new URL\("(\.[^"]+\.js)", import\.meta\.url\)/g)].map(
    ([, name]) => name!,
  );
  // The intake's tests run sources beside a built thread.
  return [...imported, ...started.filter((name) => !name.includes("/dist/"))];
}

const packageOf = (name: string) =>
  name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");
