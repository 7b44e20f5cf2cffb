/**
 * A new lab begins as a copy of labs/00-template, which is a lab like the others: it is type-checked, tested and verified as they
 * are, so that what an author begins with works.
 */
import { existsSync, readdirSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { TEMPLATE } from "./lab-folder.ts";

export interface NewLab {
  id: string;
  /** Paths from the checkout, as they were written. */
  files: readonly string[];
}

/**
 * @param root a checkout, with sources
 * @param name "shadow-paging" or "08-shadow-paging"
 * @throws Error on a bad or taken name, and where there is no template
 */
export async function beginLab(root: string, name: string): Promise<NewLab> {
  const labs = join(root, "labs");
  const template = join(labs, TEMPLATE);
  if (!existsSync(template))
    throw new Error(`there is no ${join("labs", TEMPLATE)} in ${root}; run this in a checkout of Ringlab`);
  const id = chooseId(name, readdirSync(labs));
  const files = templateFiles(template).map((file) => ({ from: file, to: renamed(file, id) }));
  const taken = files.find(({ to }) => existsSync(join(root, to)));
  if (taken) throw new Error(`${taken.to} exists already; nothing was written`);
  for (const { from, to } of files) {
    const text = await readFile(join(root, from), "utf8");
    await mkdir(dirname(join(root, to)), { recursive: true });
    await writeFile(join(root, to), renamed(text, id).replace(/^# 0 ·/m, `# ${Number(id.slice(0, 2))} ·`), {
      flag: "wx",
    });
  }
  return { id, files: files.map(({ to }) => to) };
}

const renamed = (text: string, id: string) => text.replaceAll(TEMPLATE, id);

function templateFiles(template: string): string[] {
  const inLab = readdirSync(template, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join("labs", TEMPLATE, parentPath.slice(template.length), name));
  return [...inLab.sort(), join("grader/hidden", `${TEMPLATE}.ts`), join("test/labs", `${TEMPLATE}.test.ts`)];
}

function chooseId(name: string, existing: readonly string[]): string {
  const [, number, rest] = /^(?:(\d\d)-)?([a-z][a-z0-9]*(?:-[a-z0-9]+)*)$/.exec(name) ?? [];
  if (rest === undefined)
    throw new Error(
      `"${name}" is no name of a lab: it has small letters, digits and single hyphens, as in shadow-paging or 08-shadow-paging`,
    );
  const known = existing.filter((folder) => /^\d\d-/.test(folder));
  const twin = known.find((folder) => folder.slice(3) === rest);
  if (twin) throw new Error(`there is a lab ${twin} already`);
  const next = Math.max(...known.map((folder) => Number(folder.slice(0, 2)))) + 1;
  const chosen = number ?? String(next).padStart(2, "0");
  if (chosen.length > 2)
    throw new Error("there are 99 labs already; give the new one the number of none of them");
  const same = known.find((folder) => folder.startsWith(`${chosen}-`));
  if (same) throw new Error(`the number ${chosen} belongs to ${same}`);
  return `${chosen}-${rest}`;
}
