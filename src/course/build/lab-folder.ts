/**
 * The labs of a checkout: labs/NN-name/ holds lab.md and, beside it, modules that are imported by their path at run
 * time, for nothing in src may know a lab.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { bundleOf } from "../../plots/display.ts";
import { isFigure } from "../../plots/figure.ts";
import type { Lab } from "../lab.ts";
import type { LabFiles } from "./build.ts";
import { interfaceTable } from "./interface-table.ts";

/** Imports the module "contract" or "figures" of a lab; undefined when the lab has none. */
export type ImportModule = (id: string, module: string) => Promise<Record<string, unknown>> | undefined;

// biome-ignore lint/suspicious/noExplicitAny: the folder does not say which component its lab declares.
export type AnyLab = Lab<any>;

/** A lab like the others, which new ones are copied from (new-lab.ts). It is no part of the course. */
export const TEMPLATE = "00-template";

export function labIds(folder: string): string[] {
  const isLab = (name: string) =>
    /^\d\d-/.test(name) && name !== TEMPLATE && existsSync(join(folder, name, "lab.md"));
  return existsSync(folder) ? readdirSync(folder).filter(isLab).sort() : [];
}

/** @throws Error when the lab's contract.ts does not export `LAB`, declared under the folder's own name. */
export async function loadContract(id: string, importModule: ImportModule): Promise<AnyLab> {
  const lab = (await importModule(id, "contract"))?.LAB as AnyLab | undefined;
  if (!lab) throw new Error(`labs/${id}/contract.ts does not export LAB`);
  if (lab.id !== id) throw new Error(`labs/${id}/contract.ts declares the lab ${lab.id}`);
  return lab;
}

/** What the builder needs of the lab in `folder`. */
export async function loadLab(folder: string, importModule: ImportModule): Promise<LabFiles> {
  const id = basename(folder);
  const lab = await loadContract(id, importModule);
  const figures = await importModule(id, "figures");
  return {
    id,
    markdown: readFileSync(join(folder, "lab.md"), "utf8"),
    interfaceTable: interfaceTable(lab),
    read: (file) => readFileSync(join(folder, file), "utf8"),
    show(name) {
      const make = figures?.[name];
      if (typeof make !== "function") throw new Error(`labs/${id}/figures.ts has no function ${name}`);
      const figure: unknown = make();
      if (!isFigure(figure)) throw new Error(`${name} of labs/${id}/figures.ts does not return a figure`);
      return bundleOf(figure);
    },
  };
}
