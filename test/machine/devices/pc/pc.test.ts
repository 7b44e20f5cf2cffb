/**
 * The board answers as QEMU's does. The fixture is recorded anew with
 *
 *     RINGLAB_RECORD=1 npx vitest run test/machine/devices/pc
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Gpa } from "../../../../src/machine/address.ts";
import { Machine } from "../../../../src/machine/machine.ts";
import { type Ports, say } from "./dialogue.ts";
import { withQemu } from "./qemu.ts";
import { DEVICES, type Device, image, script } from "./scripts.ts";

const FIXTURE = join(import.meta.dirname, "pc.json");
const WALKS = 4;
const BUSY = 0x80;

/** Our board, without its firmware: nobody else speaks to the devices. */
function ours(): Ports {
  const machine = new Machine({ memory: 64 << 20, firmware: false, disks: [image(0), image(1)] });
  machine.board.fwCfg.setNumber(3, 64 << 20, 8);
  machine.board.fwCfg.setNumber(5, 1, 2);
  machine.board.fwCfg.setNumber(15, 1, 2);
  const { bus, clock } = machine;
  return {
    in: (port, size) => bus.in(port, size),
    out: (port, value, size) => bus.out(port, value, size),
    read: (address) => bus.read(address as Gpa, 4),
    write: (address, value) => bus.write(address as Gpa, value, 4),
    ready: (port) => {
      while (bus.in(port, 1) & BUSY) {
        clock.sleepUntil(clock.next);
        clock.advance();
      }
    },
  };
}

/** Bits of an answer that are not compared, and why. */
const IGNORED: Record<string, number> = {
  // Seek complete: its meaning depends on the command since ATA-4, and QEMU sets it after some commands only.
  "inb 1f7": 0x10,
  "inb 3f6": 0x10,
  // QEMU's 8042 says that the last write was a command, always, and does not show the command byte's system flag.
  "inb 64": 0x0c,
  // Where the beam is: QEMU turns the bits at every look.
  "inb 3da": 0x09,
};

function compared(line: string): string {
  const [question, answer] = line.split(" = ") as [string, string?];
  if (answer === undefined) return line;
  return `${question} = ${(Number.parseInt(answer, 16) & ~(IGNORED[question] ?? 0)) >>> 0}`;
}

async function converse(ports: Ports, lines: readonly string[]): Promise<string[]> {
  const said: string[] = [];
  for (const line of lines) said.push(await say(ports, line));
  return said;
}

async function record(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "ringlab-disks-"));
  const disks = ([0, 1] as const).map((number) => {
    const file = join(folder, `${number}.img`);
    writeFileSync(file, image(number));
    return file;
  });
  const recorded: Record<string, string[]> = {};
  for (const device of DEVICES) {
    recorded[device] = [];
    for (let seed = 1; seed <= WALKS; seed++)
      recorded[device].push(
        (await withQemu(disks, (ports) => converse(ports, script(device, seed)))).join("\n"),
      );
  }
  rmSync(folder, { recursive: true });
  writeFileSync(FIXTURE, `${JSON.stringify(recorded, null, 1)}\n`);
}

if (process.env.RINGLAB_RECORD) await record();

const recorded = JSON.parse(readFileSync(FIXTURE, "utf8")) as Record<Device, string[]>;

describe.each(DEVICES)("%s answers as QEMU's", (device) => {
  test.each(recorded[device].map((text, i) => ({ i: i + 1, text })))("in dialogue $i", async ({ text }) => {
    const lines = text.split("\n");
    expect((await converse(ours(), lines)).map(compared)).toEqual(lines.map(compared));
  });
});
