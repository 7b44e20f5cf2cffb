/** The devices at work together: a guest that checks them must be content here, and on QEMU, whose contentment makes it a test. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { assemble } from "../../../../src/machine/isa/asm/assemble.ts";
import { loadMultiboot } from "../../../../src/machine/load/multiboot.ts";
import { Machine } from "../../../../src/machine/machine.ts";
import { lacks } from "../../../support/needs.ts";
import { GUEST } from "./guest.ts";

const EXPECTED = [
  "8254 by way of the 8259A: ok",
  "16550A in loopback: ok",
  "MC146818 at 1024 Hz: ok",
  "interrupt to itself: ok",
  "local APIC's timer: ok",
  "the same, periodic: ok",
  "8254 by way of the IOAPIC: ok",
  "task priority: ok",
];

const image = assemble(GUEST, { file: "live guest" }).bytes;

test("here", () => {
  const machine = new Machine({ memory: 4 << 20 });
  let text = "";
  machine.onSerial((byte) => {
    text += String.fromCharCode(byte);
  });
  loadMultiboot({ bus: machine.bus, fwCfg: machine.board.fwCfg }, image);
  expect(machine.run({ limit: 1e7 })).toEqual({ reason: "exit", code: 1 });
  expect(text.trimEnd().split("\n")).toEqual(EXPECTED);
});

test.skipIf(lacks("qemu", import.meta.url))("on QEMU", { timeout: 30_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "ringlab-live-"));
  try {
    const kernel = join(folder, "kernel");
    writeFileSync(kernel, image);
    // QEMU's time follows its instructions: however busy the host is, the guest measures the same.
    const options =
      "-machine pc -icount shift=4,sleep=off -rtc clock=vm -nodefaults -display none -no-reboot -device isa-debug-exit,iobase=0xf4,iosize=4";
    const { stdout, status } = spawnSync(
      "qemu-system-i386",
      [...options.split(" "), "-serial", "stdio", "-kernel", kernel],
      { encoding: "utf8", timeout: 25_000 },
    );
    expect(status).toBe(1);
    expect(stdout.trimEnd().split("\n")).toEqual(EXPECTED);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
