/** `ringlab asm` and `ringlab disasm`. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const RINGLAB = join(import.meta.dirname, "../../bin/ringlab.js");

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ringlab-asm-"));
  mkdirSync(join(folder, "lib"));
  writeFileSync(join(folder, "lib/exit.inc"), "%define EXIT_PORT 0xf4\n");
  writeFileSync(
    join(folder, "boot.asm"),
    [
      "%include 'exit.inc'",
      "bits 16",
      "org 0x7c00",
      "start: mov al, CODE",
      "out EXIT_PORT, al",
      "jmp start",
      "",
    ].join("\n"),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

const ringlab = (...args: string[]) =>
  promisify(execFile)(process.execPath, [RINGLAB, ...args], { cwd: folder }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );

describe("asm", () => {
  test("writes the bytes and lists them with their lines", async () => {
    const { code, stdout } = await ringlab(
      "asm",
      "boot.asm",
      "-I",
      "lib",
      "-D",
      "CODE=3",
      "-o",
      "boot.bin",
      "--list",
    );
    expect(code).toBe(0);
    expect(readFileSync(join(folder, "boot.bin"), "hex")).toBe("b003e6f4ebfa");
    expect(stdout.split("\n").map((line: string) => line.replace(/ +/g, " "))).toEqual([
      "00007c00 b0 03 boot.asm:4 start: mov al, CODE",
      "00007c02 e6 f4 boot.asm:5 out EXIT_PORT, al",
      "00007c04 eb fa boot.asm:6 jmp start",
      "",
    ]);
  });

  test("says what is wrong and where, and writes nothing", async () => {
    const { code, stderr } = await ringlab("asm", "boot.asm", "-I", "lib", "-o", "none.bin");
    expect(code).toBe(1);
    expect(stderr).toBe(
      [
        "ringlab: boot.asm was not assembled: 1 error",
        'boot.asm:4:16: "CODE" is not defined',
        "    start: mov al, CODE",
        "                   ^",
        "",
      ].join("\n"),
    );
    expect(() => readFileSync(join(folder, "none.bin"))).toThrow();
  });

  test.each([
    [["boot.asm"], "ringlab: say where to write with -o OUT, or print with --list"],
    [["none.asm", "--list"], "ringlab: none.asm cannot be read: ENOENT"],
    [["boot.asm", "-D", "1=2", "--list"], 'ringlab: --define takes NAME or NAME=VALUE, got "1=2"'],
    [
      ["boot.asm", "-I", "lib", "-D", "CODE=1", "-o", "no/such/folder"],
      "ringlab: no/such/folder cannot be written: ENOENT",
    ],
  ])("%j", async (args, message) => {
    const { code, stderr } = await ringlab("asm", ...args);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("    at ");
  });
});

describe("disasm", () => {
  test("prints addresses, bytes and instructions", async () => {
    writeFileSync(join(folder, "code.bin"), Buffer.from("ffb003e6f4ebfa0f", "hex"));
    const { stdout } = await ringlab(
      "disasm",
      "code.bin",
      "--bits",
      "16",
      "--origin",
      "0x7bff",
      "--skip",
      "1",
    );
    expect(stdout.split("\n").map((line: string) => line.replace(/ +/g, " "))).toEqual([
      "00007c00 b0 03 mov al, 0x3",
      "00007c02 e6 f4 out 0xf4, al",
      "00007c04 eb fa jmp short 0x7c00",
      "00007c06 0f db 0x0f",
      "",
    ]);
  });

  test.each([
    [["none.bin"], "ringlab: none.bin cannot be read: ENOENT"],
    [["code.bin", "--bits", "8"], "Allowed choices are 16, 32, 64"],
    [["code.bin", "--origin", "abc"], 'ringlab: --origin takes a number such as 512 or 0x7c00, got "abc"'],
    [["code.bin", "--skip", "99"], "ringlab: code.bin has only 8 bytes: nothing is left after 99"],
  ])("%j", async (args, message) => {
    const { code, stderr } = await ringlab("disasm", ...args);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });
});
