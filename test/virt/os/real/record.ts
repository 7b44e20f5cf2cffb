/**
 * Writes what this machine's kernel answers into the tables: as root, `node test/virt/os/real/record.ts`, by a Node that runs TypeScript
 * (22.18 or newer).
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RealKernel } from "./kernel.ts";
import { FOLDER, needsControllers, parse, print, tableFiles } from "./table.ts";

const kernel = new RealKernel();
for (const file of tableFiles().filter((name) => !needsControllers(name))) {
  const path = join(FOLDER, file);
  const text = parse(file, readFileSync(path, "utf8")).map((one) =>
    print(one, kernel.perform(one.steps.map(({ line }) => line))),
  );
  writeFileSync(path, text.join("\n"));
}
kernel.close();
