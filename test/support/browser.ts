/**
 * Drives the notebook page in Debian's Chromium as a student would: opens a notebook through the token URL, types into
 * cells, runs them, reads what they show.
 *
 *     await using browser = await launchBrowser();
 *     const notebook = await browser.openNotebook(server.url, "01-popek-goldberg.ipynb");
 *     await notebook.runAll();
 *     expect(await notebook.outputs(2)).toContainEqual({ mime: "image/svg+xml", text: "…" });
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Locator, type Page } from "playwright-core";

/** Options without which Chromium talks to its maker or wants a graphics card. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Errors in the console that Notebook 7 itself causes and that mean nothing: add here with the reason. */
const KNOWN_NOISE: RegExp[] = [
  // shortcuts-extension hears of other plugins' settings before its own have loaded; it reads them again when they have.
  /reading 'schema'/,
];

/** An expression for the page: the texts of all elements that match. */
const TEXTS = (selector: string): string =>
  `[...document.querySelectorAll(${JSON.stringify(selector)})].map(element => element.textContent)`;

export interface Output {
  /** The MIME type that the page chose to render. */
  mime: string;
  text: string;
}

export interface BrowserOptions {
  /** What the system prefers; the page follows it. */
  theme?: "light" | "dark";
  width?: number;
  height?: number;
}

export async function launchBrowser(options: BrowserOptions = {}): Promise<Browser> {
  const { theme = "light", width = 1200, height = 1000 } = options;
  const profile = mkdtempSync(join(tmpdir(), "ringlab-browser-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: "/usr/bin/chromium",
    headless: true,
    viewport: { width, height },
    colorScheme: theme,
    args: FLAGS,
  });
  return new Browser(context, profile);
}

export class Browser {
  readonly context: BrowserContext;
  /** Addresses outside of this machine that a page asked for. */
  readonly external: string[] = [];
  /** Errors of all pages, without the known noise. */
  readonly errors: string[] = [];
  /** Answers with a status of 400 or more: "404 GET /x". */
  readonly refused: string[] = [];
  readonly #profile: string;

  constructor(context: BrowserContext, profile: string) {
    this.context = context;
    this.#profile = profile;
    context.on("request", (request) => {
      const { protocol, hostname } = new URL(request.url());
      if (/^(http|ws)s?:$/.test(protocol) && hostname !== "localhost") this.external.push(request.url());
    });
    context.on("response", (response) => {
      const { pathname, search } = new URL(response.url());
      if (response.status() >= 400)
        this.refused.push(`${response.status()} ${response.request().method()} ${pathname}${search}`);
    });
    context.on("console", (message) => {
      if (message.type() === "error") this.#error(`${message.text()} (${message.location().url})`);
    });
    context.on("weberror", (error) => this.#error(error.error().stack ?? error.error().message));
  }

  #error(text: string): void {
    if (!KNOWN_NOISE.some((noise) => noise.test(text))) this.errors.push(text);
  }

  /** A page at an address, as soon as it answered. */
  async open(url: string): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(url);
    return page;
  }

  /** The file list, as soon as it shows files. */
  async openTree(serverUrl: string): Promise<Page> {
    const page = await this.open(serverUrl);
    await page.waitForSelector(".jp-DirListing-item");
    return page;
  }

  /** A notebook, as soon as its kernel is idle. `serverUrl` is the address with the token. */
  async openNotebook(serverUrl: string, path: string): Promise<NotebookPage> {
    const url = new URL(serverUrl);
    url.pathname = `/notebooks/${path}`;
    const notebook = new NotebookPage(await this.open(url.href));
    await notebook.ready();
    return notebook;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
    rmSync(this.#profile, { recursive: true, force: true });
  }
}

export class NotebookPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Waits until the notebook is shown and its kernel is idle. */
  async ready(timeout = 60_000): Promise<void> {
    await this.page.waitForSelector(".jp-Notebook .jp-Cell", { timeout });
    await this.page.waitForSelector(".jp-NotebookKernelStatus-idle, [data-status='idle']", {
      timeout,
      state: "attached",
    });
  }

  /** Cells of both kinds, from 0. */
  get cells(): Locator {
    return this.page.locator(".jp-Notebook .jp-Cell");
  }

  get codeCells(): Locator {
    return this.page.locator(".jp-Notebook .jp-CodeCell");
  }

  /** Brings a code cell into view (cells far away are not rendered) and gives it the keyboard. */
  async focus(index: number): Promise<Locator> {
    const cell = this.codeCells.nth(index);
    await cell.scrollIntoViewIfNeeded();
    await cell.locator(".cm-content").click();
    return cell;
  }

  async source(index: number): Promise<string> {
    const cell = this.codeCells.nth(index);
    await cell.scrollIntoViewIfNeeded();
    return (await cell.locator(".cm-line").allInnerTexts()).join("\n");
  }

  /** Replaces the text of a code cell. */
  async type(index: number, text: string): Promise<void> {
    await this.focus(index);
    await this.page.keyboard.press("Control+a");
    // Typed keys would be completed and indented by the editor; pasted text is taken as it is.
    await this.page.keyboard.insertText(text);
  }

  /** "[3]:" of a cell that ran, "[*]:" of one that runs, "[ ]:" of one that never did. */
  async prompt(index: number): Promise<string> {
    return (await this.codeCells.nth(index).locator(".jp-InputPrompt").first().textContent())?.trim() ?? "";
  }

  async waitUntilRan(index: number, timeout = 30_000): Promise<void> {
    const prompt = this.codeCells.nth(index).locator(".jp-InputPrompt", { hasText: /\[\d+\]/ });
    await prompt.waitFor({ timeout, state: "attached" });
  }

  /** Runs one code cell and waits until it ended. */
  async run(index: number, timeout = 30_000): Promise<Output[]> {
    await this.startRun(index);
    await this.waitUntilRan(index, timeout);
    return this.outputs(index);
  }

  /** Sends one code cell to the kernel; its prompt shows "[*]:" from then on until it ended. */
  async startRun(index: number): Promise<void> {
    const before = await this.prompt(index);
    // A page that is still being drawn may lose a key: press again when nothing came of it.
    for (let attempt = 0; attempt < 3; attempt++) {
      await this.focus(index);
      await this.page.keyboard.press("Control+Enter");
      for (let waited = 0; waited < 8000; waited += 100) {
        await this.page.waitForTimeout(100);
        if ((await this.prompt(index)) !== before) return;
      }
    }
  }

  /** The menu's "Run All Cells"; waits until every code cell that holds code ended. */
  async runAll(timeout = 120_000): Promise<void> {
    await this.menu("Run", "Run All Cells");
    await this.page
      .locator(".jp-CodeCell .jp-InputPrompt", { hasText: /\[\d+\]/ })
      .first()
      .waitFor({ timeout });
    await this.page.waitForFunction(
      `!${TEXTS(".jp-CodeCell .jp-InputPrompt")}.some(text => text.includes("*"))`,
      null,
      {
        timeout,
      },
    );
  }

  async outputs(index: number): Promise<Output[]> {
    const cell = this.codeCells.nth(index);
    await cell.scrollIntoViewIfNeeded();
    const outputs = await cell.locator(".jp-OutputArea-output").all();
    return Promise.all(
      outputs.map(async (output) => {
        const vegaLite = (await output.getAttribute("class"))?.includes("jp-RenderedVegaLite");
        const mime = vegaLite
          ? "application/vnd.vegalite.v5+json"
          : await output.getAttribute("data-mime-type");
        return { mime: mime ?? "", text: (await output.textContent()) ?? "" };
      }),
    );
  }

  /** Chooses an entry of the menu bar by its labels. */
  async menu(name: string, entry: string): Promise<void> {
    await this.page.locator(".lm-MenuBar-item", { hasText: new RegExp(`^${name}$`) }).click();
    await this.page.locator(".lm-Menu-item", { hasText: entry }).first().click();
  }

  /** Saves and waits until the page says so. */
  async save(): Promise<void> {
    const saved = this.page.waitForResponse(
      (response) => response.request().method() === "PUT" && response.url().includes("/api/contents/"),
    );
    await this.page.keyboard.press("Control+s");
    const response = await saved;
    if (response.status() !== 200) throw new Error(`saving failed: ${await response.text()}`);
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  screenshot(path: string): Promise<Buffer> {
    return this.page.screenshot({ path });
  }
}
