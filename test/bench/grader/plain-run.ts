/** What an instructor without a grader would write: a vitest file for each submission, which calls the component itself. */
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../src/kernel/package.ts";
import { LAB } from "../../grader/run/submissions.ts";

const DIST = join(ROOT, "dist");

const suite = (component: string) => `
import { expect, test } from "vitest";
import { loadKit } from ${JSON.stringify(join(DIST, "grader/run/kit.js"))};
import { observe } from ${JSON.stringify(join(DIST, "src/course/index.js"))};
import { component } from ${JSON.stringify(component)};

for (const { id, check } of (await loadKit(${JSON.stringify(LAB)}, 1)).tests)
  test(id, () => expect(observe(check, component).share).toBe(1));
`;

const config = `
export default {
  resolve: { alias: [{ find: /^ringlab\\/(.*)$/, replacement: ${JSON.stringify(`${DIST}/src/$1/index.js`)} }] },
  test: { include: ["**/*.test.ts"], maxWorkers: 2, reporters: ["dot"] },
};
`;

export interface PlainRun {
  all(): Promise<void>;
  one(): Promise<void>;
}

/** @param folder that is made, with so many correct submissions */
export function plainRun(folder: string, count: number): PlainRun {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "vitest.config.mjs"), config);
  for (let n = 0; n < count; n++) {
    copyFileSync(join(ROOT, "labs", LAB, "solution.ts"), join(folder, `component-${n}.ts`));
    writeFileSync(join(folder, `s-${n}-.test.ts`), suite(`./component-${n}.ts`));
  }
  return { all: () => vitest(folder, "s-"), one: () => vitest(folder, "s-0-") };
}

function vitest(folder: string, filter: string): Promise<void> {
  const program = join(ROOT, "node_modules/vitest/vitest.mjs");
  const args = [program, "run", "--root", folder, "--config", join(folder, "vitest.config.mjs"), filter];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], cwd: ROOT });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      said += chunk;
    });
  return new Promise((resolve, reject) =>
    child.on("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`vitest failed: ${said.slice(-2000)}`)),
    ),
  );
}
