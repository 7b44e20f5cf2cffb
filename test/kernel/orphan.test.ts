/** A program that starts kernels is killed in the middle of a cell: nothing of them stays. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { SPECS } from "../../src/kernel/specs.ts";
import { notebookOf } from "../support/notebook-server.ts";
import { alive, descendantsOf } from "../support/processes.ts";

const RINGLAB = resolve(import.meta.dirname, "../../bin/ringlab.js");

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries === 200) throw new Error(`waited in vain: ${what}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

test.skipIf(process.platform !== "linux").each(SPECS)(
  "$name ends in the middle of a loop, and its files with it",
  { timeout: 45_000 },
  async (spec) => {
    const folder = mkdtempSync(join(tmpdir(), "ringlab-orphan-"));
    try {
      const notebook = join(folder, "loop.ipynb");
      const started = join(folder, "started");
      const loop = `import { writeFileSync } from "node:fs";\nwriteFileSync(${JSON.stringify(started)}, "");\nwhile (true) {}`;
      writeFileSync(notebook, JSON.stringify(notebookOf([loop], spec)));
      const temporary = mkdtempSync(join(folder, "tmp-"));
      const child = spawn(process.execPath, [RINGLAB, "run", "--no-save", notebook], {
        env: { ...process.env, TMPDIR: temporary },
        stdio: "ignore",
      });
      await until(() => existsSync(started), "the cell starts");
      const kernels = descendantsOf(child.pid as number);
      expect(kernels.length).toBeGreaterThan(0);
      expect(readdirSync(temporary).length).toBeGreaterThan(0);
      child.kill("SIGKILL");
      await until(() => !kernels.some(alive), "the kernel ends");
      expect(readdirSync(temporary)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
