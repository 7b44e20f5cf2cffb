/** Collects the lines that `lacks` writes in all workers and prints them once, at the end. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "ringlab-skips-"));
  const file = join(folder, "skips");
  writeFileSync(file, "");
  process.env.RINGLAB_SKIPS = file;
  return () => {
    const lines = new Set(readFileSync(file, "utf8").split("\n").filter(Boolean));
    rmSync(folder, { recursive: true });
    for (const line of lines) console.log(line);
  };
}
