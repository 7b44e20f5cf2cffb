/**
 * Writes what this machine's kernel answers into the recorded cases of lab 15: as root, `node test/labs/15-containers/record.ts`, by a Node
 * that runs TypeScript (22.18 or newer). Shares of processor time want control groups that this machine may not give: their cases stay as
 * they were recorded from a virtual machine (test/virt/os/real/record-in-vm.ts says which).
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseRecorded } from "../../../labs/15-containers/recorded.ts";
import { RealKernel } from "../../virt/os/real/kernel.ts";

const ROOT = join(import.meta.dirname, "../../..");
const FILES = [
  "labs/15-containers/recorded-cases.ts",
  "grader/hidden/15-containers/processes.ts",
  "grader/hidden/15-containers/unions.ts",
];

const kernel = new RealKernel();
for (const file of FILES) {
  const path = join(ROOT, file);
  const [head, text, tail] = readFileSync(path, "utf8").split("`");
  const heads = text!.match(/^# .*$/gm)!;
  const cases = parseRecorded(text!).map(({ kind, lines, answers }, at) => {
    const now = kind.startsWith("cpu-") ? answers : kernel.perform(lines);
    return [heads[at], ...lines.map((line, i) => `${line} => ${now[i]}`), ""].join("\n");
  });
  writeFileSync(path, [head, `\n${cases.join("\n")}`, tail].join("`"));
}
kernel.close();
