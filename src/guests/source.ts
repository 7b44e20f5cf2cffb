/** The assembly sources of this room. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { type Assembly, assemble, kept } from "../machine/isa/index.ts";
import { sourceFile } from "../machine/source-file.ts";
import { ASSEMBLED } from "./assembled.ts";

export type Folder = "io" | "kernel" | "nano" | "programs" | "workloads";

function sourceText(folder: Folder, name: string): string {
  return readFileSync(sourceFile(`./${folder}/${name}`, import.meta.url), "utf8");
}

/** What a source includes comes from the same folder; what a workload includes, from programs. */
const includesOf = (folder: Folder): Folder => (folder === "workloads" ? "programs" : folder);

const digests = new Map<Folder, string>();

/** A digest of all that a source of the folder can be made of. */
export function sourcesOf(folder: Folder): string {
  let digest = digests.get(folder);
  if (digest === undefined) {
    const hash = createHash("sha256");
    for (const one of new Set([folder, includesOf(folder)]))
      for (const name of readdirSync(sourceFile(`./${one}/`, import.meta.url)).sort())
        hash.update(`${name}\n${sourceText(one, name)}`);
    digest = hash.digest("base64");
    digests.set(folder, digest);
  }
  return digest;
}

export const keyOf = (folder: Folder, name: string, defines: Record<string, number>): string =>
  JSON.stringify([folder, name, defines]);

const done = new Map<string, Assembly>();

/** `folder/name`, assembled once for each set of defines, or by the build. */
export function assembleSource(folder: Folder, name: string, defines: Record<string, number>): Assembly {
  const key = keyOf(folder, name, defines);
  let assembled = done.get(key);
  if (!assembled) {
    const found = key in ASSEMBLED ? kept(ASSEMBLED, key, sourcesOf(folder)) : undefined;
    assembled = found ?? newlyAssembled(folder, name, defines);
    done.set(key, assembled);
  }
  return assembled;
}

export function newlyAssembled(folder: Folder, name: string, defines: Record<string, number>): Assembly {
  return assemble(sourceText(folder, name), {
    file: name,
    include: (file) => ({ file, text: sourceText(includesOf(folder), file) }),
    defines,
  });
}
