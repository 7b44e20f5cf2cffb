/**
 * Writes what this machine's kernel answers into the tables: as root, `node dist/test/virt/os/real/record.js` (after `npm run build`), or
 * with a runner of TypeScript this file itself.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RealKernel } from "./kernel.ts";
import { FOLDER, parse } from "./table.ts";

const kernel = new RealKernel();
for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".txt"))) {
  const path = join(FOLDER, file);
  const text = parse(file, readFileSync(path, "utf8")).map(({ name, steps }) => {
    const answers = kernel.perform(steps.map(({ line }) => line));
    const width = Math.max(...steps.map(({ line }) => line.length));
    return [`# ${name}`, ...steps.map(({ line }, i) => `${line.padEnd(width)} => ${answers[i]}`), ""].join(
      "\n",
    );
  });
  writeFileSync(path, text.join("\n"));
}
kernel.close();
