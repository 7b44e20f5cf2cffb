/**
 * Asks QEMU's devices over its qtest protocol (docs/devel/testing/qtest): the machine stands at its first instruction, so that time is
 * always zero and nobody else speaks to the devices.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Dialogue, Line } from "./dialogue.ts";

const ARGUMENTS =
  "-machine pc -S -display none -nodefaults -serial null -rtc base=2026-01-01T00:00:00,clock=vm -qtest stdio";
/** QEMU 7.2's paths of its two 8259As and its I/O APIC. */
const PATHS = { master: "/machine/unattached/device[6]", slave: "/machine/unattached/device[7]" };
const IOAPIC = "/machine/i440fx/ioapic";

/** The dialogue with QEMU's answers. Throws when QEMU refuses a line or dies. */
export async function ask({ device, lines }: Dialogue): Promise<Dialogue> {
  const qemu = spawn("qemu-system-i386", ARGUMENTS.split(" "), { stdio: ["pipe", "pipe", "ignore"] });
  qemu.stdin.end(lines.map((line) => `${command(device, line)}\n`).join(""));
  const answers: string[] = [];
  try {
    for await (const text of createInterface(qemu.stdout)) {
      if (/^(FAIL|ERR)/.test(text)) throw new Error(`QEMU refused: ${text}`);
      if (text.startsWith("OK")) answers.push(text);
      if (answers.length === lines.length) break;
    }
  } finally {
    qemu.kill();
  }
  if (answers.length < lines.length)
    throw new Error(`QEMU answered ${answers.length} of ${lines.length} lines`);
  return {
    device,
    lines: lines.map((line, i) =>
      "value" in line ? line : { ...line, answer: Number(answers[i]?.slice(3)) },
    ),
  };
}

function command(device: Dialogue["device"], line: Line): string {
  const at = `0x${line.at.toString(16)}`;
  switch (line.op) {
    case "in":
      return `inb ${at}`;
    case "read":
      return `readl ${at}`;
    case "out":
      return `outb ${at} ${line.value}`;
    case "write":
      return `writel ${at} ${line.value}`;
    default: {
      const path = device === "ioapic" ? IOAPIC : line.at < 8 ? PATHS.master : PATHS.slave;
      return `set_irq_in ${path} unnamed-gpio-in ${device === "ioapic" ? line.at : line.at & 7} ${line.value}`;
    }
  }
}
