/** The last step of `npm run build`: what most programs assemble at their start is assembled once, into modules of dist. */
import { writeFileSync } from "node:fs";
import { BIOS } from "../machine/firmware/bios/index.ts";
import { BIOS_FILE } from "../machine/firmware/install.ts";
import { assemble, type KeptAssemblies, keep } from "../machine/isa/index.ts";
import { type Folder, keyOf, newlyAssembled, sourcesOf } from "./source.ts";
import { workloads } from "./workloads.ts";

/** All that a guest with its parameters' defaults is made of, and the other guests' beginning. */
const SOURCES: readonly (readonly [Folder, string, Record<string, number>])[] = [
  ["kernel", "kernel.asm", {}],
  ["kernel", "boot.asm", {}],
  ["kernel", "boot.asm", { KERNEL_RING: 0 }],
  ["programs", "answer.asm", {}],
  ...workloads.map(({ name }) => ["workloads", `${name}.asm`, {}] as const),
];

function write(module: string, assemblies: KeptAssemblies): void {
  const at = new URL(module, import.meta.url);
  if (!at.pathname.includes("/dist/"))
    throw new Error("keep.ts writes what is built; run it as npm run build does");
  writeFileSync(at, `export const ASSEMBLED = ${JSON.stringify(assemblies)};\n`);
}

write("../machine/firmware/bios/assembled.js", {
  [BIOS_FILE]: keep(BIOS, assemble(BIOS, { file: BIOS_FILE })),
});
write(
  "./assembled.js",
  Object.fromEntries(
    SOURCES.map(([folder, name, defines]) => [
      keyOf(folder, name, defines),
      keep(sourcesOf(folder), newlyAssembled(folder, name, defines)),
    ]),
  ),
);
