/**
 * The BIOS's services answer as SeaBIOS's do (services.ts is the program that asks). The fixture is recorded anew with
 *
 *     RINGLAB_RECORD=1 npx vitest run test/machine/firmware
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { boot } from "../../../src/machine/load/boot.ts";
import { bootOnQemu } from "../../support/qemu.ts";
import { disk } from "./services.ts";

const FIXTURE = join(import.meta.dirname, "seabios.txt");
const MIB = 2 ** 20;
const MEMORY = 32;

/** What we say otherwise, and why. */
const DIFFERENT: Record<string, string> = {
  // SeaBIOS keeps the last 128 KiB of memory for its tables; ours are in the ROM.
  "extended-memory": "7c00 0000 0000 0000 0000 0000 -Z",
  "memory-sizes": "3c00 0100 3c00 0100 0000 0000 -Z",
  "0000001000000000000001ee0000000000010000": "0000001000000000000001f00000000000010000",
  "000001fe00000000000000020000000000020000": "",
  // Our ROM has 64 KiB below 4 GiB, not 256.
  "0000fffc00000000000000040000000000020000": "0000ffff00000000000000010000000000020000",
  // SeaBIOS counts a cylinder for diagnostics.
  "disk-type": "0300 0000 0000 9d80 0000 0000 -Z",
  // EDD 1.1, packets only; SeaBIOS says 3.0 with locking.
  "edd-present": "0100 aa55 0001 0080 0000 0000 -Z",
  // A port that there is not: we answer "timeout", SeaBIOS refuses.
  printer: "0000 0000 0000 0003 0000 0000 -Z",
};

function ours(): string[] {
  const machine = boot(disk(), { memory: MEMORY * MIB });
  let serial = "";
  machine.onSerial((byte) => {
    serial += String.fromCharCode(byte);
  });
  expect(machine.run({ limit: 5_000_000 })).toEqual({ reason: "exit", code: 1 });
  return serial.trimEnd().split("\n");
}

if (process.env.RINGLAB_RECORD)
  writeFileSync(FIXTURE, (await bootOnQemu(disk(), MEMORY, ["-vga", "std"])).serial);

test("services answer as SeaBIOS's, but for what is known", () => {
  const expected = readFileSync(FIXTURE, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [name] = line.split(" ", 1) as [string];
      const other = DIFFERENT[name];
      if (other === undefined) return line;
      return name === line ? other : `${name} ${other}`;
    })
    .filter((line) => line !== "");
  expect(ours()).toEqual(expected);
});
