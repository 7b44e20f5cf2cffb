/**
 * Our devices answer as QEMU's did. The fixture is recorded anew with
 *
 *     RINGLAB_RECORD=1 npx vitest run test/machine/devices/golden
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Clock } from "../../../../src/machine/clock.ts";
import { Ioapic } from "../../../../src/machine/devices/ioapic.ts";
import { Pic } from "../../../../src/machine/devices/pic.ts";
import { Pit } from "../../../../src/machine/devices/pit.ts";
import { Rtc } from "../../../../src/machine/devices/rtc.ts";
import { Uart } from "../../../../src/machine/devices/uart.ts";
import { type Dialogue, type Line, parse, print } from "./dialogue.ts";
import { ask } from "./qemu.ts";
import { scripts } from "./scripts.ts";

const FIXTURE = join(import.meta.dirname, "golden.json");
const irq = { set: () => {} };
const hertz = 1_000_000_000;

interface Device {
  in?(port: number): number;
  out?(port: number, value: number): void;
  read?(offset: number, size: number): number;
  write?(offset: number, value: number, size: number): void;
  setIrq?(irq: number, level: boolean): void;
}

const DEVICES: Record<Dialogue["device"], () => Device> = {
  pic: () => new Pic(() => {}),
  pit: () => new Pit({ clock: new Clock(), hertz, irq }),
  rtc: () => new Rtc({ clock: new Clock(), hertz, irq, memory: 128 << 20 }),
  uart: () => new Uart({ clock: new Clock(), hertz, irq }),
  // Nobody listens: the local APIC is not enabled in QEMU either.
  ioapic: () => new Ioapic(() => {}),
};

function answer({ device, lines }: Dialogue): Line[] {
  const ours = DEVICES[device]();
  return lines.map((line) => {
    if (line.op === "out") ours.out?.(line.at, line.value);
    else if (line.op === "write") ours.write?.(line.at & 0xfff, line.value, 4);
    else if (line.op === "irq") ours.setIrq?.(line.at, line.value === 1);
    else if (line.op === "in") return { ...line, answer: ours.in?.(line.at) ?? -1 };
    else return { ...line, answer: ours.read?.(line.at & 0xfff, 4) ?? -1 };
    return line;
  });
}

/** QEMU does not note changes of modem lines in loopback, as the datasheet says: only the lines themselves are compared. */
function known(line: Line): Line {
  return line.op === "in" && line.at === 0x3fe ? { ...line, answer: (line.answer as number) & 0xf0 } : line;
}

if (process.env.RINGLAB_RECORD) {
  const recorded: string[] = [];
  for (const script of scripts()) {
    const { device, lines } = await ask(script);
    recorded.push([device, ...lines.map(print)].join("\n"));
  }
  writeFileSync(FIXTURE, `${JSON.stringify(recorded, null, 1)}\n`);
}

const dialogues: Dialogue[] = (JSON.parse(readFileSync(FIXTURE, "utf8")) as string[]).map((text) => {
  const [device, ...lines] = text.split("\n");
  return { device: device as Dialogue["device"], lines: lines.map(parse) };
});

describe.each(Object.keys(DEVICES))("the %s answers as QEMU's", (device) => {
  const own = dialogues.filter((dialogue) => dialogue.device === device);

  test.each(own.map((dialogue, i) => ({ i: i + 1, dialogue })))("in dialogue $i", ({ dialogue }) => {
    expect(answer(dialogue).map(known).map(print)).toEqual(dialogue.lines.map(known).map(print));
  });
});
