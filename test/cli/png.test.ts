import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { findConverter } from "../../src/cli/experiment/png.ts";
import { diagram, svg } from "../../src/plots/index.ts";
import { lacks } from "../support/needs.ts";

const folder = mkdtempSync(join(tmpdir(), "ringlab-test-"));
afterAll(() => rmSync(folder, { recursive: true }));
const figure = diagram({ title: "T", alt: "A", width: 72, height: 32 }, svg`<rect width="9" height="9"/>`);

test("without a converter it says what to install", () => {
  expect(() => findConverter(folder)).toThrow(/none is installed: install librsvg \(apt-get install/);
});

describe.skipIf(lacks("rsvg", import.meta.url))("with librsvg", () => {
  test("the picture has twice its pixels", async () => {
    const file = join(folder, "figure.png");
    await findConverter().toPng(figure.svg, file);
    const header = readFileSync(file);
    expect([header.readUInt32BE(16), header.readUInt32BE(20)]).toEqual([200, 120]);
  });
  test("a converter that fails is quoted", async () => {
    await expect(findConverter().toPng(figure.svg, join(folder, "no", "folder.png"))).rejects.toThrow(
      /could not make .*folder\.png: .+/,
    );
  });
});
