/** nasm as an oracle: single lines to bytes, one run for all. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bits } from "./forms.ts";

/** The bytes of each line in hex, undefined where nasm finds an error. */
export function byNasm(lines: readonly string[], bits: Bits): (string | undefined)[] {
  const folder = mkdtempSync(join(tmpdir(), "ringlab-nasm-"));
  try {
    const source = join(folder, "lines.asm");
    const out = join(folder, "lines.bin");
    const bad = new Set<number>();
    // nasm finds some errors only when there are no others. Line 1 is "bits"; line n + 2 is lines[n].
    for (;;) {
      writeFileSync(source, program(lines, bits, bad));
      const { stderr, status } = spawnSync("nasm", ["-f", "bin", "-w-all", source, "-o", out], {
        encoding: "utf8",
      });
      if (status === 0) break;
      const found = [...stderr.matchAll(/:(\d+): error/g)].map(([, line]) => Number(line) - 2);
      if (found.length === 0) throw new Error(`nasm failed: ${stderr}`);
      for (const line of found) bad.add(line);
    }
    return cut(readFileSync(out), lines.length, bad);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Each line with a label; the labels' values at the end. */
function program(lines: readonly string[], bits: Bits, bad: ReadonlySet<number>): string {
  const code = lines.map((line, i) => `L${i}: ${bad.has(i) ? "" : line}`);
  const table = lines.map((_, i) => `dd L${i}`);
  return [`bits ${bits}`, ...code, `L${lines.length}:`, ...table, `dd L${lines.length}`, ""].join("\n");
}

function cut(bytes: Buffer, count: number, bad: ReadonlySet<number>): (string | undefined)[] {
  const table = bytes.length - 4 * (count + 1);
  const address = (i: number) => bytes.readUInt32LE(table + 4 * i);
  return Array.from({ length: count }, (_, i) =>
    bad.has(i) ? undefined : bytes.toString("hex", address(i), address(i + 1)),
  );
}
