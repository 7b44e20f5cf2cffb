/** QEMU's PC over its qtest protocol, one exchange at a time: the machine stands at its first instruction. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Ports } from "./dialogue.ts";

const ARGUMENTS =
  "-machine pc -accel tcg -S -m 64 -display none -nodefaults -serial null -vga std -qtest stdio";
const SIZES: Record<number, string> = { 1: "b", 2: "w", 4: "l" };

/** `disks` are files of raw images, channel 0 first. The last step of `talk` ends QEMU. */
export async function withQemu<T>(disks: readonly string[], talk: (ports: Ports) => Promise<T>): Promise<T> {
  const drives = disks.flatMap((file, index) => [
    "-drive",
    `file=${file},format=raw,if=ide,index=${index},snapshot=on`,
  ]);
  const qemu = spawn("qemu-system-i386", [...ARGUMENTS.split(" "), ...drives], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const lines = createInterface(qemu.stdout)[Symbol.asyncIterator]();
  const ask = async (command: string): Promise<number> => {
    qemu.stdin.write(`${command}\n`);
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`QEMU ended at "${command}"`);
      if (/^(FAIL|ERR)/.test(value)) throw new Error(`QEMU refused "${command}": ${value}`);
      if (value.startsWith("OK")) return Number(value.slice(3));
    }
  };
  const hex = (value: number) => `0x${value.toString(16)}`;
  const ports: Ports = {
    in: (port, size) => ask(`in${SIZES[size]} ${hex(port)}`),
    out: async (port, value, size) => void (await ask(`out${SIZES[size]} ${hex(port)} ${hex(value)}`)),
    read: (address) => ask(`readl ${hex(address)}`),
    write: async (address, value) => void (await ask(`writel ${hex(address)} ${hex(value)}`)),
    ready: async (port) => {
      while ((await ask(`inb ${hex(port)}`)) & 0x80);
    },
  };
  try {
    return await talk(ports);
  } finally {
    qemu.kill();
  }
}
