/** The assembly sources of this room. */
import { readFileSync } from "node:fs";
import { type Assembly, assemble } from "../machine/isa/index.ts";
import { sourceFile } from "../machine/source-file.ts";

export type Folder = "io" | "kernel" | "nano" | "programs" | "workloads";

function sourceText(folder: Folder, name: string): string {
  return readFileSync(sourceFile(`./${folder}/${name}`, import.meta.url), "utf8");
}

const done = new Map<string, Assembly>();

/**
 * Assembles `folder/name`, once for each set of defines. What it includes comes from the same folder; what a workload
 * includes, from programs.
 */
export function assembleSource(folder: Folder, name: string, defines: Record<string, number>): Assembly {
  const key = JSON.stringify([folder, name, defines]);
  let assembled = done.get(key);
  if (!assembled) {
    const includes: Folder = folder === "workloads" ? "programs" : folder;
    assembled = assemble(sourceText(folder, name), {
      file: name,
      include: (file) => ({ file, text: sourceText(includes, file) }),
      defines,
    });
    done.set(key, assembled);
  }
  return assembled;
}
