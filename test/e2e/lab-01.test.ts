/**
 * The main job of this project on real input: a student starts the server with the command of the README, opens lab 01
 * in a browser, runs it, gets it wrong, gets it right, saves, and finds the work again.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../../src/server/index.ts";
import { type Browser, launchBrowser } from "../support/browser.ts";
import { lacks } from "../support/needs.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const LAB = "01-popek-goldberg";
const SHOTS = join(ROOT, "test/artifacts");

const notebook = JSON.parse(readFileSync(join(ROOT, `notebooks/${LAB}.ipynb`), "utf8"));
const codeCells: { id: string }[] = notebook.cells.filter(
  (cell: { cell_type: string }) => cell.cell_type === "code",
);
const cell = (id: string): number => {
  const index = codeCells.findIndex((candidate) => candidate.id === id);
  if (index < 0) throw new Error(`lab 01 has no cell ${id}`);
  return index;
};

const solution = readFileSync(join(ROOT, `labs/${LAB}/solution.ts`), "utf8");
/** Plausible and wrong: a trap taken for a change of mode. */
const wrong = solution.replace('kind === "next" && (state.M', 'kind !== "memory-trap" && (state.M');

function urlOf(server: ChildProcess): Promise<string> {
  return new Promise((done, fail) => {
    let said = "";
    server.stdout?.on("data", (text) => {
      said += text;
      const url = /http:\/\/localhost:\d+\/\S*token=\S+/.exec(said)?.[0];
      if (url) done(url);
    });
    server.once("exit", (code) => fail(new Error(`the server ended with ${code}: ${said}`)));
  });
}

describe.skipIf(lacks("chromium", import.meta.url))("lab 01 in a browser", () => {
  let folder: string;
  let server: ChildProcess;
  let browser: Browser;
  let url: string;

  beforeAll(async () => {
    expect(wrong).not.toBe(solution);
    mkdirSync(SHOTS, { recursive: true });
    folder = mkdtempSync(join(tmpdir(), "ringlab-lab01-"));
    mkdirSync(join(folder, "notebooks"));
    copyFileSync(join(ROOT, `notebooks/${LAB}.ipynb`), join(folder, `notebooks/${LAB}.ipynb`));
    const port = String(await freePort(8900));
    server = spawn(
      process.execPath,
      [join(ROOT, "bin/ringlab.js"), "notebook", "--no-open", "--port", port],
      {
        cwd: folder,
        env: { ...process.env, XDG_CONFIG_HOME: join(folder, "config") },
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    url = await urlOf(server);
    browser = await launchBrowser({ height: 1400 });
  }, 180_000);

  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    if (server && server.exitCode === null) {
      const ended = new Promise((done) => server.once("exit", done));
      server.kill("SIGINT");
      await ended;
    }
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  test("a student runs it, fails a check, passes it, saves and comes back", async () => {
    const lab = await browser.openNotebook(url, `${LAB}.ipynb`);
    await lab.screenshot(join(SHOTS, "lab-01-opened.png"));
    await lab.runAll();

    for (const plot of ["map", "measurement"]) {
      await lab.outputs(cell(plot));
      const drawn = lab.codeCells.nth(cell(plot)).locator(".vega-embed :is(canvas, svg)").first();
      await drawn.waitFor();
      await drawn.scrollIntoViewIfNeeded();
      const box = await drawn.boundingBox();
      expect(box?.width, plot).toBeGreaterThan(300);
      expect(box?.height, plot).toBeGreaterThan(200);
      await lab.screenshot(join(SHOTS, `lab-01-${plot}.png`));
    }

    const verdict = async (source: string): Promise<string> => {
      await lab.type(cell("component"), source);
      await lab.run(cell("component"));
      const [shown] = await lab.run(cell("check-control"));
      return shown?.text ?? "";
    };
    const failed = await verdict(wrong);
    await lab.screenshot(join(SHOTS, "lab-01-check-fails.png"));
    expect(failed).toMatch(/✗/);
    expect(failed).toMatch(/C3/);
    expect(failed).toMatch(/expected/i);
    const passed = await verdict(solution);
    await lab.screenshot(join(SHOTS, "lab-01-check-passes.png"));
    expect(passed).toMatch(/✓/);
    expect(passed).not.toMatch(/✗/);

    await lab.save();
    const saved = JSON.parse(readFileSync(join(folder, `notebooks/${LAB}.ipynb`), "utf8"));
    const component = saved.cells.find((candidate: { id: string }) => candidate.id === "component");
    expect([component.source].flat().join("").trim()).toBe(solution.trim());
    await lab.reload();
    await lab.focus(cell("component"));
    // The editor draws only the lines in view: wait for one that only the student's own work has.
    await lab.codeCells.nth(cell("component")).getByText("function tellsApart").waitFor();
    expect((await lab.outputs(cell("check-control")))[0]?.text).toMatch(/✓/);

    expect(browser.external).toEqual([]);
    expect(browser.errors).toEqual([]);
  }, 180_000);
});
