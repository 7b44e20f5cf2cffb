/** A worker that is too busy, or whose starter is gone, ends by itself, whatever it is doing. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { TOO_BUSY } from "../../../../grader/run/pool/watchdog.ts";
import { ROOT } from "../../../../src/kernel/package.ts";
import { alive } from "../../../support/processes.ts";
import { eventually } from "../command-line.ts";

const home = mkdtempSync(join(tmpdir(), "ringlab-watchdog-"));
afterAll(() => rmSync(home, { recursive: true }));
const WATCHED = JSON.stringify(join(ROOT, "dist/grader/run/pool/watched.js"));

function script(name: string, text: string): string {
  const file = join(home, `${name}.mjs`);
  writeFileSync(file, text);
  return file;
}

test("one step may take so much processor time and no more", async () => {
  const busy = script(
    "busy",
    `import { watched } from ${WATCHED};
    const watchdog = watched(process.ppid);
    const burn = (ms) => { for (const end = Date.now() + ms; Date.now() < end; ); };
    watchdog.step(30); burn(700);
    watchdog.rest(); burn(700);
    process.send("so far so good");
    await new Promise((resolve) => setTimeout(resolve, 100));
    watchdog.step(0.3); for (;;);`,
  );
  const child = fork(busy, { stdio: "ignore" });
  const said = once(child, "message");
  const [, signal] = await once(child, "exit");
  expect(signal).toBe(TOO_BUSY);
  expect((await said)[0]).toBe("so far so good");
});

test("an orphan ends, although it listens to nobody", async () => {
  const orphan = script(
    "orphan",
    `import { watched } from ${WATCHED};
    watched(process.ppid);
    process.send("here");
    setTimeout(() => { for (;;); }, 50);`,
  );
  const parent = script(
    "parent",
    `import { fork } from "node:child_process";
    const child = fork(${JSON.stringify(orphan)}, { stdio: "ignore" });
    child.on("message", () => process.send(child.pid));`,
  );
  const starter = fork(parent, { stdio: "ignore" });
  const [pid] = (await once(starter, "message")) as [number];
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(alive(pid)).toBe(true);
  starter.kill("SIGKILL");
  expect(await eventually(() => !alive(pid))).toBe(true);
});
