import { expect, test } from "vitest";
import { cellSource } from "../../../src/course/build/cell-source.ts";

test("declarations lose their export, and nothing else does", () => {
  expect(
    cellSource(`export const a = 1;
export async function b() {
  return "export const inside";
}
export type { T } from "./t.ts";
// export const
`),
  ).toBe(`const a = 1;
async function b() {
  return "export const inside";
}
export type { T } from "./t.ts";
// export const`);
});
