/**
 * The student edition: what one needs to work on the labs, and nothing that gives them away.
 *
 *     README.md  package.json  package-lock.json  tsconfig.json  LICENSE  bin/
 *     notebooks/NN-name.ipynb     made from lab.md and the starter, whatever lies in the checkout's own notebooks/
 *     labs/NN-name/               contract, starter, checks, figures …; no solution, no mutants, no rubric
 *     src/                        to read
 *     dist/                       what was built of these sources, and nothing else
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildNotebook } from "../../src/course/build/build.ts";
import { loadContract, loadLab } from "../../src/course/build/lab-folder.ts";
import { serialize } from "../../src/course/build/notebook.ts";
import { isReleased } from "../../src/course/released.ts";
import { ROOT } from "../../src/kernel/package.ts";
import { checkClosed } from "./closed.ts";
import { ReleaseError } from "./error.ts";
import { add, copy, copyBuilt, filesBelow, isSource, type Release } from "./files.ts";
import { lockfileFor, ownPackage, packagesNamed } from "./packages.ts";
import { type ReleasedLab, studentReadme } from "./readme.ts";

/** What stands in src beside programs: a note or a picture that someone left there is not released. */
const KINDS =
  /\.(ts|js|css|svg|asm|json5?|sh)$|\/(Docker|Vagrant)file$|^src\/compare\/recorded\/short\/.*\.(jsonl|log)$/;

const TSCONFIG = {
  compilerOptions: {
    ...{ target: "es2023", lib: ["es2023"], module: "nodenext", types: ["node"] },
    ...{ strict: true, noUncheckedIndexedAccess: true, allowImportingTsExtensions: true },
    ...{ noEmit: true, skipLibCheck: true },
  },
  include: ["*.ts"],
};

function importModule(id: string, module: string): Promise<Record<string, unknown>> | undefined {
  const file = join(ROOT, "dist/labs", id, `${module}.js`);
  return existsSync(file) ? import(/* @vite-ignore */ pathToFileURL(file).href) : undefined;
}

/**
 * @param labs ids
 * @throws ReleaseError when the checkout is not built, or when something would be missing or given away
 */
export async function studentEdition(labs: readonly string[]): Promise<Release> {
  const release: Release = new Map();
  copy(release, "LICENSE");
  copy(release, "bin/ringlab.js", true);
  for (const path of filesBelow("src").filter((path) => KINDS.test(path))) {
    copy(release, path);
    if (isSource(path)) copyBuilt(release, path);
  }
  const listed: ReleasedLab[] = [];
  for (const id of labs) listed.push(await addLab(release, id));
  checkClosed(release, labs);
  addPackage(release, labs);
  add(release, "tsconfig.json", `${JSON.stringify(TSCONFIG, undefined, 2)}\n`);
  add(release, "README.md", studentReadme(listed, ownPackage().engines.node!));
  return new Map([...release].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function addLab(release: Release, id: string): Promise<ReleasedLab> {
  const folder = `labs/${id}`;
  for (const path of filesBelow(folder)) {
    if (!isReleased(id, path.slice(folder.length + 1))) continue;
    copy(release, path);
    if (isSource(path)) copyBuilt(release, path);
  }
  try {
    const { title, parts } = await loadContract(id, importModule);
    add(
      release,
      `notebooks/${id}.ipynb`,
      serialize(buildNotebook(await loadLab(join(ROOT, folder), importModule))),
    );
    return { id, title, points: parts.reduce((sum, { points }) => sum + points, 0) };
  } catch (error) {
    throw new ReleaseError(`${folder}: ${(error as Error).message}`);
  }
}

function addPackage(release: Release, labs: readonly string[]): void {
  const own = ownPackage();
  const { name, version, description, license, type, engines, bin, exports, typesVersions } = own;
  const manifest = {
    ...{ name, version, private: true, description, license, type, engines, bin, exports, typesVersions },
    scripts: { start: "node bin/ringlab.js notebook", check: "node bin/ringlab.js check" },
    dependencies: packagesNamed(release, own),
    ...{ overrides: own.overrides, allowScripts: own.allowScripts },
    ringlab: { edition: "student", labs },
  };
  add(release, "package.json", `${JSON.stringify(manifest, undefined, 2)}\n`);
  add(release, "package-lock.json", lockfileFor(manifest));
}
