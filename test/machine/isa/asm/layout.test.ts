/** Programs against nasm: random ones whose lengths depend on their addresses, and all that this repository has. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BIOS } from "../../../../src/machine/firmware/bios/index.ts";
import { assemble } from "../../../../src/machine/isa/index.ts";
import { lacks } from "../../../support/needs.ts";
import { randomProgram } from "./random-program.ts";

const ROOT = resolve(import.meta.dirname, "../../../..");
const PROGRAMS = Number(process.env.RINGLAB_ISA_PROGRAMS ?? 40);
const SEED = Number(process.env.RINGLAB_ISA_SEED ?? 1);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ringlab-layout-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** nasm's bytes in hex; undefined when it finds an error. */
function byNasm(file: string, options: string[] = []): string | undefined {
  const out = join(folder, "out.bin");
  const { status } = spawnSync("nasm", ["-f", "bin", "-w-all", ...options, file, "-o", out]);
  return status === 0 ? readFileSync(out, "hex") : undefined;
}

function byNasmText(text: string): string | undefined {
  const file = join(folder, "program.asm");
  writeFileSync(file, text);
  return byNasm(file);
}

const ours = (text: string) => Buffer.from(assemble(text).bytes).toString("hex");

test("a layout is found where lengths depend on each other in a circle", () => {
  // Shorter makes it longer: the jump is short only when what it jumps over is long.
  const text = [
    "bits 32",
    "a: jmp c",
    "times 130 - (d - b) nop",
    "b: push d - b - 128",
    "times 100 nop",
    "d:",
    "c:",
  ].join("\n");
  expect(assemble(text).bytes.length).toBeGreaterThan(100);
});

describe.skipIf(lacks("nasm", import.meta.url))("nasm", () => {
  test.each([16, 32, 64] as const)("random %i-bit programs", (bits) => {
    const wrong: number[] = [];
    let compared = 0;
    for (let seed = SEED * 1000; seed < SEED * 1000 + PROGRAMS; seed++) {
      const text = randomProgram(bits, seed);
      const expected = byNasmText(text);
      if (expected === undefined) continue;
      compared++;
      if (ours(text) !== expected) wrong.push(seed);
    }
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(0.9 * PROGRAMS);
  });

  test("the BIOS", () => expect(ours(BIOS)).toBe(byNasmText(BIOS)));

  test("the guest's kernel, boot sector and workloads", () => {
    const guests = join(ROOT, "src/guests");
    const programs = readdirSync(join(guests, "workloads")).filter((name) => name.endsWith(".asm"));
    const files = [
      "kernel/kernel.asm",
      "kernel/boot.asm",
      "programs/answer.asm",
      ...programs.map((name) => `workloads/${name}`),
    ];
    const folders = ["kernel", "programs"].map((name) => join(guests, name));
    const wrong = files.filter((name) => {
      const file = join(guests, name);
      const include = (wanted: string, from: string) => {
        for (const at of [dirname(from), ...folders]) {
          const found = readdirSync(at).includes(wanted);
          if (found) return { file: join(at, wanted), text: readFileSync(join(at, wanted), "utf8") };
        }
        return undefined;
      };
      const { bytes } = assemble(readFileSync(file, "utf8"), { file, include });
      const paths = folders.flatMap((at) => ["-i", `${at}/`]);
      return Buffer.from(bytes).toString("hex") !== byNasm(file, paths);
    });
    expect(files.length).toBeGreaterThan(10);
    expect(wrong).toEqual([]);
  });
});
