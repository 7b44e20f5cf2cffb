/** What `npm run build` has assembled is what these sources say. */
import { expect, test } from "vitest";
import { keyOf, newlyAssembled, sourcesOf } from "../../src/guests/source.ts";
import { BIOS } from "../../src/machine/firmware/bios/index.ts";
import { assembledBios, BIOS_FILE } from "../../src/machine/firmware/install.ts";
import { type KeptAssemblies, kept } from "../../src/machine/isa/index.ts";

async function built(module: string): Promise<KeptAssemblies> {
  const { href } = new URL(`../../dist/src/${module}.js`, import.meta.url);
  return (await import(href)).ASSEMBLED;
}

test("the BIOS", async () => {
  const bios = kept(await built("machine/firmware/bios/assembled"), BIOS_FILE, BIOS);
  expect(bios?.bytes).toEqual(assembledBios());
});

test.each([
  ["kernel", "kernel.asm"],
  ["programs", "answer.asm"],
  ["workloads", "null-call.asm"],
] as const)("%s/%s", async (folder, name) => {
  const one = kept(await built("guests/assembled"), keyOf(folder, name, {}), sourcesOf(folder));
  const { bytes, origin, symbols, lines, notes } = newlyAssembled(folder, name, {});
  expect(one).toEqual({ bytes, origin, symbols, lines, notes });
});
