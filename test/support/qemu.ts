/** A guest's disk image on QEMU's PC: no window, no reboot, serial port and exit port. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface QemuRun {
  /** What came out of the serial port. */
  serial: string;
  /** What the guest wrote to the exit port; undefined when QEMU ended otherwise. */
  exit: number | undefined;
}

/** Boots the image and waits for the exit port; after 20 s QEMU is ended. `memory` in megabytes; `more`: further options; `bits`: of the processor. */
export async function bootOnQemu(
  image: Uint8Array,
  memory = 32,
  more: readonly string[] = [],
  bits: 32 | 64 = 32,
): Promise<QemuRun> {
  const folder = mkdtempSync(join(tmpdir(), "ringlab-qemu-"));
  try {
    const disk = join(folder, "disk.img");
    writeFileSync(disk, image);
    const qemu = spawn(
      bits === 64 ? "qemu-system-x86_64" : "qemu-system-i386",
      [
        ...[
          "-accel",
          "tcg",
          "-m",
          `${memory}`,
          "-display",
          "none",
          "-no-reboot",
          "-nodefaults",
          "-serial",
          "stdio",
        ],
        ...["-drive", `format=raw,file=${disk}`, "-device", "isa-debug-exit,iobase=0xf4,iosize=4"],
        ...more,
      ],
      { stdio: ["ignore", "pipe", "inherit"], timeout: 20_000, killSignal: "SIGKILL" },
    );
    let serial = "";
    qemu.stdout.setEncoding("latin1").on("data", (text: string) => {
      serial += text;
    });
    const status = await new Promise<number | null>((resolve, reject) => {
      qemu.once("error", reject).once("close", resolve);
    });
    return { serial, exit: status !== null && status % 2 === 1 ? (status - 1) / 2 : undefined };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
