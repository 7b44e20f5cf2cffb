import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_SPEC } from "../../src/kernel/specs.ts";
import { ensureFrontend } from "../../src/server/index.ts";
import { type Browser, launchBrowser } from "../support/browser.ts";
import { lacks } from "../support/needs.ts";
import { notebookOf, TestServer } from "../support/notebook-server.ts";

describe.skipIf(lacks("chromium", import.meta.url))("the page", () => {
  let server: TestServer;
  let browser: Browser;
  beforeAll(async () => {
    server = await TestServer.start({ frontend: await ensureFrontend() });
    browser = await launchBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  test("a notebook runs, completes, is edited, saved, reloaded, and survives its kernel", async () => {
    server.write(
      "first.ipynb",
      JSON.stringify(notebookOf(["const numbers = [3, 1, 2].sort();\nconsole.log(numbers);", "", "numbers"])),
    );
    const notebook = await browser.openNotebook(server.server.url, "first.ipynb");
    const { page } = notebook;
    expect(page.url()).toBe(`${server.origin}/notebooks/first.ipynb`); // the token is gone from the address

    expect((await notebook.run(0))[0]?.text).toBe("[ 1, 2, 3 ]\n");

    await notebook.focus(1);
    await page.keyboard.type("numbers.le", { delay: 30 });
    await page.keyboard.press("Tab");
    await page
      .locator(".cm-content", { hasText: "numbers.length" })
      .or(page.locator(".jp-Completer:visible"))
      .first()
      .waitFor();
    await page.keyboard.press("Escape");
    await notebook.type(1, "console.log(numbers.length * 100);");
    expect((await notebook.run(1))[0]?.text).toBe("300\n");

    await notebook.save();
    expect(readFileSync(join(server.root, "first.ipynb"), "utf8")).toContain("numbers.length * 100");
    await notebook.reload();
    expect(await notebook.source(1)).toBe("console.log(numbers.length * 100);");
    expect((await notebook.outputs(1))[0]?.text).toBe("300\n");

    const [kernel] = server.server.kernels.list();
    await notebook.type(2, "await new Promise(done => setTimeout(done, 60_000))");
    await notebook.startRun(2);
    expect(await notebook.prompt(2)).toBe("[*]:");
    process.kill(kernel?.pid as number, "SIGKILL");
    await page.locator(".jp-Dialog", { hasText: "restart" }).waitFor();
    await page.keyboard.press("Enter");
    expect((await notebook.outputs(2))[0]?.text).toMatch(/The kernel was ended by SIGKILL/);
    await notebook.ready();
    await notebook.type(1, "console.log('alive');");
    expect((await notebook.run(1))[0]?.text).toBe("alive\n");
  }, 90_000);

  test("a corrupt notebook is named with line and column, and stays as it is", async () => {
    server.write("broken.ipynb", '{\n "cells": [\n');
    const page = await browser.open(`${server.server.url.replace("/tree", "/notebooks/broken.ipynb")}`);
    const dialog = page.locator(".jp-Dialog", { hasText: "not valid JSON" });
    await dialog.waitFor();
    expect(await dialog.textContent()).toMatch(/line \d+, column \d+/);
    expect(readFileSync(join(server.root, "broken.ipynb"), "utf8")).toBe('{\n "cells": [\n');
  }, 30_000);

  test("a kernel that is not here is named", async () => {
    const gone = { ...DEFAULT_SPEC, name: "gone" };
    server.write("gone.ipynb", JSON.stringify(notebookOf(["1"], gone)));
    const page = await browser.open(server.server.url.replace("/tree", "/notebooks/gone.ipynb"));
    const toast = page.locator(".Toastify__toast");
    await toast.waitFor();
    expect(await toast.textContent()).toMatch(
      /asks for the kernel "gone", which is not here\..*: TypeScript \(Ringlab\)\./,
    );
    await page.close();
  }, 30_000);

  test("no menu entry leads nowhere", async () => {
    const page = await browser.open(server.server.url.replace("/tree", "/notebooks/first.ipynb"));
    for (const name of ["File", "View", "Settings"]) {
      await page.locator(".lm-MenuBar-item", { hasText: name }).click();
      const labels = await page.locator(".lm-Menu-itemLabel").allTextContents();
      expect(labels.length).toBeGreaterThan(5);
      expect(labels).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/Log Out|Open JupyterLab|Export|^Language/)]),
      );
      await page.keyboard.press("Escape");
    }
  }, 30_000);

  test("the file list shows the notebooks", async () => {
    const page = await browser.openTree(server.server.url);
    await page.locator(".jp-DirListing-item", { hasText: "first.ipynb" }).waitFor();
    expect(await page.title()).toBe("Ringlab");
  }, 30_000);

  test("nothing was asked of other machines, and the console is clean", () => {
    expect(browser.external).toEqual([]);
    expect(browser.refused.filter((line) => !line.includes("broken.ipynb"))).toEqual([]);
    expect(browser.errors.filter((line) => !line.includes("broken.ipynb"))).toEqual([]);
  });
});
