import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  bundleOf,
  diagram,
  display,
  markdown,
  progress,
  svg,
  table,
  updatable,
} from "../../src/plots/index.ts";

const HOOK = Symbol.for("ringlab.display");
const realm = globalThis as { [HOOK]?: unknown };
const figure = diagram({ title: "T", alt: "A", width: 9, height: 9 }, svg`<g/>`);

test("bundles carry everything from the richest type to text", () => {
  expect(Object.keys(bundleOf(figure))).toEqual(["image/svg+xml", "text/plain"]);
  expect(Object.keys(bundleOf({ ...figure, spec: {} }))[0]).toBe("application/vnd.vegalite.v5+json");
  expect(Object.keys(bundleOf(table([{ a: 1 }])))).toEqual(["text/html", "text/plain"]);
  expect(bundleOf(markdown("*a*"))).toEqual({ "text/markdown": "*a*", "text/plain": "*a*" });
  expect(bundleOf({ a: 1 })).toEqual({ "text/plain": "{ a: 1 }" });
  expect(bundleOf("a\nb")).toEqual({ "text/plain": "a\nb" });
});

describe("in a notebook", () => {
  const hook =
    vi.fn<(bundle: Record<string, unknown>, options?: { id?: string; update?: boolean }) => void>();
  beforeEach(() => {
    realm[HOOK] = hook;
  });
  afterEach(() => {
    hook.mockReset();
    delete realm[HOOK];
  });

  test("display sends one bundle", () => {
    display(figure, { id: "plot" });
    expect(hook.mock.calls).toEqual([[bundleOf(figure), { id: "plot" }]]);
  });
  test("an updatable output keeps its id, and two have two", () => {
    const first = updatable("a");
    updatable("b");
    first.update("c");
    const [a, b, c] = hook.mock.calls.map(([, options]) => options!);
    expect(a!.id).not.toBe(b!.id);
    expect(c).toEqual({ id: a!.id, update: true });
  });
  test("an update without the name of what it updates is refused", () => {
    expect(() => display("x", { update: true })).toThrow("an update needs the id");
  });
  test("a progress bar of a million steps sends a hundred updates", () => {
    const bar = progress(1_000_000, "<programs>");
    for (let step = 0; step < 1_000_000; step++) bar.tick();
    bar.stop();
    expect(hook).toHaveBeenCalledTimes(102);
    const [bundle] = hook.mock.lastCall!;
    expect(bundle["text/html"]).toBe(
      '<progress value="1000000" max="1000000"></progress> 1000000/1000000 &lt;programs&gt;',
    );
    expect(bundle["text/plain"]).toMatch(/^█{20} 1000000/);
  });
});

describe("in plain Node", () => {
  test("display prints the text", () => {
    const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    display(figure);
    expect(write).toHaveBeenCalledWith("T\nA\n");
    write.mockRestore();
  });
  test("a progress bar keeps out of a pipe, and refuses what cannot be counted", () => {
    const bar = progress(2);
    bar.tick();
    bar.stop();
    for (const total of [0, -1, Number.NaN]) expect(() => progress(total)).toThrow("cannot be counted up to");
  });
});
