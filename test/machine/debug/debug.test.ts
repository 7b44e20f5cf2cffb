import { expect, test } from "vitest";
import { assemble, debug } from "../../../src/machine/index.ts";
import { bundleOf } from "../../../src/plots/index.ts";

const PROGRAM = "bits 32\norg 0x8000\nmain: mov eax, 5\ncmp eax, [0x600]\nhere: int 0x80\nhlt";

test("a program of a cell is debugged by its labels", () => {
  const d = debug(assemble(PROGRAM), { mode: "protected" });
  d.breakpoints.add(d.at("here"));
  expect(d.continue()).toEqual({ reason: "breakpoint", address: 0x800b });
  expect(d.now).toBe(2);
  expect(() => d.at("nowhere")).toThrow('there is no label "nowhere": main, here');
});

test("a step and a trace show themselves", () => {
  const d = debug(assemble(PROGRAM), { mode: "protected" });
  const first = bundleOf(d.step());
  expect(first["text/plain"]).toMatch(/^00008000 {2}b805000000 +mov eax, 0x5 +eax 0→5$/);
  expect(first["text/html"]).toContain(
    '<code>mov eax, 0x5</code></td><td style="text-align:left">eax <s>0</s> <b>5</b>',
  );
  const two = bundleOf(d.trace(2));
  expect((two["text/plain"] as string).split("\n")).toHaveLength(2);
  expect((two["text/html"] as string).match(/<tr>/g)).toHaveLength(3);
  expect(two["text/html"]).toContain(">1</td>");
});

test("a trace ends with the machine", () => {
  const d = debug(assemble(PROGRAM), { mode: "protected" });
  const steps = d.trace(100);
  expect(steps.at(-1)?.stop?.reason).toBe("shutdown");
  expect(steps).toHaveLength(3);
});

test("an image is what it shows", () => {
  expect(() => debug(new Uint8Array(16))).toThrow("neither a multiboot kernel");
});
