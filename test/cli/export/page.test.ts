import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { htmlPage } from "../../../src/cli/export/page.ts";
import { toNotebook } from "../../../src/kernel/notebook.ts";
import { bundleOf, diagram, steppedDiagram, svg, vegaLite } from "../../../src/plots/index.ts";
import { lacks } from "../../support/needs.ts";

const folder = mkdtempSync(join(tmpdir(), "ringlab-export-"));
afterAll(() => rmSync(folder, { recursive: true }));
const inside = join(folder, "course");
const file = join(inside, "lab.ipynb");
mkdirSync(inside);
writeFileSync(join(inside, "dot.svg"), "<svg xmlns='http://www.w3.org/2000/svg'/>");
writeFileSync(join(folder, "secret.png"), "secret");

let warnings: string[];
beforeEach(() => {
  warnings = [];
});
const page = (...cells: object[]) =>
  htmlPage(toNotebook({ nbformat: 4, nbformat_minor: 4, metadata: {}, cells }), file, (text) =>
    warnings.push(text),
  );
const markdown = (source: string, more = {}) => ({ cell_type: "markdown", metadata: {}, source, ...more });
const code = (source: string, ...outputs: object[]) => ({
  cell_type: "code",
  metadata: {},
  source,
  execution_count: 3,
  outputs: outputs.map((output) => ({ metadata: {}, ...output })),
});
const shows = (data: object) => ({ output_type: "display_data", data });

test("text, maths, tables and code are typeset", () => {
  const html = page(
    markdown("# A <lab>\n\n$x^2$\n\n| a |\n|--:|\n| 1 |\n\n```ts\nconst a = 1;\n```"),
    code("let b: number;", { output_type: "stream", name: "stdout", text: "\u001b[31mred\u001b[0m" }),
  );
  expect(html).toContain("<title>A</title>");
  expect(html).toContain("<msup><mi>x</mi><mn>2</mn></msup>");
  expect(html).toContain('<td style="text-align:right">1</td>');
  expect(html.match(/<span class="hljs-keyword">(const|let)<\/span>/g)).toHaveLength(2);
  expect(html).toContain('<div class="number">[3]</div>');
  expect(html).toContain('<span class="ansi-red">red</span>');
});

test("headings are linked as in Jupyter, and three of them make a table of contents", () => {
  const html = page(markdown("# T\n\n## Part one\n\n## Part one\n\n### Sub\n\n[go](#Part-one)"));
  expect(html).toContain('<h2 id="Part-one">');
  expect(html).toContain(
    '<li class="h1"><a href="#Part-one-2">Part one</a></li><li class="h2"><a href="#Sub">',
  );
  expect(html.indexOf("<nav")).toBeGreaterThan(html.indexOf("</h1>"));
});

describe("outputs take their richest form", () => {
  const figure = diagram({ title: "T", alt: "A", width: 9, height: 9 }, svg`<g/>`);
  test("a drawn chart comes before its recipe", () => {
    expect(page(code("f", shows(bundleOf({ ...figure, spec: {} }))))).toContain(
      '<img src="data:image/svg+xml;base64,',
    );
  });
  test("a recipe alone is drawn", () => {
    const { spec } = vegaLite(
      { data: { values: [{ a: 1 }] }, mark: "point", encoding: { x: { field: "a" } } },
      { title: "t", alt: "a" },
    );
    const html = page(
      code("f", shows({ "application/vnd.vegalite.v5+json": spec, "text/plain": "one point" })),
    );
    expect(html).toMatch(/<img src="data:image\/svg\+xml;base64,[^"]+" alt="one point">/);
  });
  test("a recipe that would read a file is refused", () => {
    const spec = { data: { url: pathToFileURL(join(folder, "secret.png")).href }, mark: "point" };
    const html = page(code("f", shows({ "application/vnd.vegalite.v5+json": spec })));
    expect(html).toContain("a figure loads nothing");
  });
  test("long print-outs are folded, endless ones cut with a word", () => {
    const text = Array.from({ length: 10_000 }, (_, line) => `line ${line}`).join("\n");
    const html = page(code("f", { output_type: "stream", name: "stdout", text }));
    expect(html).toContain("<summary>all 10000 lines</summary>");
    expect(html).toContain("6000 lines left out");
    expect(html).toContain("line 9999");
  });
  test("errors keep their traceback", () => {
    const error = { output_type: "error", ename: "Error", evalue: "x", traceback: ["Error: <x>"] };
    expect(page(code("f", error))).toContain('<pre class="printed error">Error: &lt;x&gt;</pre>');
  });
});

describe("images", () => {
  test("beside the notebook and attached ones are put in", () => {
    const attachments = { "a.png": { "image/png": "QUJD" } };
    const html = page(markdown("![d](dot.svg) ![a](attachment:a.png)", { attachments }));
    expect(html).toContain('<img src="data:image/svg+xml;base64,');
    expect(html).toContain('<img src="data:image/png;base64,QUJD" alt="a">');
  });
  test.each(["../secret.png", "/etc/hostname", "a/../../secret.png"])("%s is outside and refused", (path) => {
    expect(() => page(markdown(`![x](${path})`))).toThrow("lies outside of its folder");
  });
  test.each(["https://example.org/x.png", "//example.org/x.png", "none.png"])(
    "%s is left out and said",
    (path) => {
      expect(page(markdown(`![x](${path})`))).toContain("[image: x]");
      expect(warnings).toHaveLength(1);
    },
  );
});

describe.skipIf(lacks("chromium", import.meta.url))("in a browser", () => {
  const EVIL = [
    "<script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "<iframe srcdoc=\"<script>parent.document.title='owned'</script>\"></iframe>",
    "<meta http-equiv=refresh content='0;url=about:blank'>",
  ].join("");
  test("nothing runs, nothing comes from elsewhere, nothing is wider than a telephone", async () => {
    const svgScript =
      "<svg xmlns='http://www.w3.org/2000/svg'><script>top.document.title='owned'</script></svg>";
    const html = page(
      markdown(`# Safe\n\n${EVIL}\n\n${"long ".repeat(100)}`),
      code(
        `const x = "${"y".repeat(300)}";`,
        shows({ "text/html": EVIL }),
        shows({ "image/svg+xml": svgScript }),
      ),
    );
    // The wall behind the wall: the same page with a script that got in.
    const breached = html.replace("<main>", `<main>${EVIL.replace(/<meta.*/, "")}`);
    const browser = await chromium.launch({
      executablePath: "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-quic"],
    });
    try {
      for (const [name, source] of Object.entries({ clean: html, breached })) {
        const tab = await browser.newPage({ viewport: { width: 400, height: 800 } });
        const asked: string[] = [];
        tab.on("requestfinished", (request) => asked.push(request.url()));
        const target = join(folder, `${name}.html`);
        writeFileSync(target, source);
        await tab.goto(pathToFileURL(target).href);
        await tab.waitForTimeout(200);
        expect(await tab.title()).toBe("Safe");
        expect(
          asked.filter(
            (url) => !url.startsWith("data:") && !url.endsWith(`${name}.html`) && !url.startsWith("about:"),
          ),
        ).toEqual([]);
        if (name === "clean")
          expect(await tab.locator("html").evaluate((root) => root.scrollWidth)).toBeLessThanOrEqual(400);
      }
    } finally {
      await browser.close();
    }
  });

  test("a reader steps through a diagram without a script: one step is open, its picture is drawn", async () => {
    const size = { title: "T", alt: "A", width: 30, height: 20 };
    const frames = ["one", "two"].map((label) => ({ label, pieces: [svg`<g/>`] }));
    const target = join(folder, "steps.html");
    writeFileSync(target, page(code("f", shows(bundleOf(steppedDiagram(size, [svg`<g/>`], frames))))));
    const browser = await chromium.launch({
      executablePath: "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-quic"],
    });
    try {
      const tab = await browser.newPage();
      await tab.goto(pathToFileURL(target).href);
      const open = () => tab.locator("details[open] > summary").allTextContents();
      expect(await open()).toEqual(["T"]);
      await tab.locator("summary", { hasText: "2. two" }).click();
      expect(await open()).toEqual(["2. two"]);
      expect((await tab.locator("details[open] img").boundingBox())?.width).toBe(58);
    } finally {
      await browser.close();
    }
  });
});
