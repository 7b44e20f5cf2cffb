/** A byte that is changed in an image's file costs all of it, twice in memory; a byte that is read, its page. */
import { expect, test } from "vitest";
import { copyUp } from "../../../src/systems/os/index.ts";

test.for([4096, 65_536, 1_000_000])("of %i bytes", (size) => {
  const pages = Math.ceil(size / 4096);
  expect(copyUp(size, "a byte read")).toEqual({ copied: 0, pages: 1 });
  expect(copyUp(size, "a byte changed")).toEqual({ copied: size, pages: 2 * pages });
  expect(copyUp(size, "changed, no layer below")).toEqual({ copied: 0, pages: 1 });
});
