import { describe, expect, test } from "vitest";
import { parseElf } from "../../../src/machine/load/elf.ts";
import { LoadError } from "../../../src/machine/load/error.ts";
import { elf } from "./elf.ts";

const bytes = Uint8Array.of(1, 2, 3, 4);

test.each([32, 64] as const)("segments and entry of %i bits", (bits) => {
  const file = elf({
    bits,
    entry: 0x80100002,
    segments: [
      { virtual: 0x80100000, physical: 0x100000, bytes, memoryBytes: 16 },
      { virtual: 0x200000, bytes: new Uint8Array(0) },
    ],
  });
  const { entry, segments, bits: found } = parseElf(file);
  expect(found).toBe(bits);
  // The entry is virtual; the segment that holds it says where that is in memory.
  expect(entry).toBe(0x100002);
  expect(segments).toHaveLength(1);
  expect(segments[0]).toMatchObject({ physical: 0x100000, fileBytes: 4, memoryBytes: 16 });
  expect(file.subarray(segments[0]?.offset)).toEqual(bytes);
});

const good = () => elf({ entry: 0x100000, segments: [{ virtual: 0x100000, bytes }] });
const patched = (at: number, ...values: number[]) => {
  const file = good();
  file.set(values, at);
  return file;
};

describe("what is wrong is said", () => {
  test.each([
    ["no ELF", Uint8Array.of(1, 2, 3, 4), /does not begin with 7f 45 4c 46/],
    ["cut header", good().subarray(0, 40), /header is cut off: the file has 40 bytes/],
    ["unknown class", patched(4, 3), /class 3/],
    ["big-endian", patched(5, 2), /big-endian/],
    ["another machine", patched(18, 40), /machine 40/],
    ["a relocatable file", patched(16, 1), /type 1: only an executable/],
    ["no program headers", patched(44, 0), /no program headers/],
    ["cut program headers", patched(28, 0xf0, 0xff), /do not fit into the file/],
    [
      "cut segment",
      good().subarray(0, -1),
      /segment 0 of the ELF file is cut off: it ends at byte 88, the file at 87/,
    ],
    ["more bytes than memory", patched(52 + 20, 1, 0, 0, 0), /has 4 bytes but room in memory for 1/],
    ["nothing to load", patched(52, 2), /no loadable segment/],
  ])("%s", (_, file, message) => {
    expect(() => parseElf(file)).toThrow(LoadError);
    expect(() => parseElf(file)).toThrow(message);
  });
});
