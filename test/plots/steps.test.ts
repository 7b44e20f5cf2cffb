import { expect, test } from "vitest";
import { sanitize } from "../../src/cli/export/sanitize.ts";
import { bundleOf, steppedDiagram, svg } from "../../src/plots/index.ts";

const whole = { title: "A <b>", alt: "two dots", width: 40, height: 20 };
const dot = (x: number) => svg`<circle cx="${x}" cy="10" r="5"/>`;
const figure = (second = "the second & last") =>
  steppedDiagram(
    whole,
    [dot(10), dot(30)],
    [
      { label: "the first", pieces: [dot(10)] },
      { label: second, pieces: [dot(10), dot(30)], size: { width: 80, height: 20 } },
    ],
  );
const htmlOf = (value: unknown) => bundleOf(value)["text/html"] as string;
const picturesOf = (html: string) =>
  [...html.matchAll(/src="data:image\/svg\+xml;base64,([^"]+)"/g)].map(([, data]) =>
    Buffer.from(data as string, "base64").toString(),
  );

test("the whole is open, the steps are closed, and all have one name", () => {
  const html = htmlOf(figure());
  expect(html.match(/<details name="(steps-[0-9a-f]+)"( open)?>/g)).toHaveLength(3);
  expect(new Set(html.match(/name="[^"]+"/g)).size).toBe(1);
  expect(html).toMatch(/^<div><details name="[^"]+" open><summary>A &lt;b&gt;<\/summary>/);
  expect(html).toContain("<summary>2. the second &amp; last</summary>");
  expect(html).not.toMatch(/<script|<style|onclick/);
});

test("each picture is a document of its own with its own size", () => {
  const pictures = picturesOf(htmlOf(figure()));
  expect(pictures.map((picture) => /width="(\d+)"/.exec(picture)?.[1])).toEqual(["68", "68", "108"]);
  expect(pictures.map((picture) => picture.match(/<circle/g)?.length)).toEqual([2, 1, 2]);
});

test("the same drawing has the same name, another one another", () => {
  const name = (html: string) => /name="([^"]+)"/.exec(html)?.[1];
  expect(htmlOf(figure())).toBe(htmlOf(figure()));
  expect(name(htmlOf(figure("else")))).not.toBe(name(htmlOf(figure())));
});

test("text alone tells the steps", () => {
  expect(bundleOf(figure())["text/plain"]).toBe("A <b>\ntwo dots\n1. the first\n2. the second & last");
});

test("an exported page keeps the steps, and no other name", () => {
  const image = (source: string) => source;
  const html = htmlOf(figure());
  expect(sanitize(html, { image }).match(/<details name="steps-/g)).toHaveLength(3);
  expect(picturesOf(sanitize(html, { image }))).toEqual(picturesOf(html));
  expect(sanitize('<p name="x">y</p>', { image })).toBe("<p>y</p>");
});

test("a diagram without steps is refused", () => {
  expect(() => steppedDiagram(whole, [], [])).toThrow('"A <b>" has no steps');
});
