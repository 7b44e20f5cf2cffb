/** Runs a batch on qemu-system-x86_64 under TCG. Its RAM is a file: cases go in and outcomes come out through it. */
import { spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Run } from "./batch.ts";
import { CONTROL, LOG, LOG_END, RAM } from "./layout.ts";

/** What QEMU is asked to be: an Intel processor with what ours has. */
export const MODEL =
  "kvm64,vendor=GenuineIntel,+smep,+smap,+fsgsbase,+pdpe1gb,+umip,+movbe,+popcnt,+rdtscp,+lahf-lm,-monitor,-pni";

const PATIENCE = 1_500;

/** `bytes` is the whole RAM. */
export async function runQemu(bytes: Uint8Array, rom: Uint8Array): Promise<Run> {
  const folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "ringlab-oracle-"));
  try {
    const ram = join(folder, "ram");
    const bios = join(folder, "rom");
    writeSparse(ram, bytes);
    writeFileSync(bios, rom);
    const end = await qemu(ram, bios);
    const file = openSync(ram, "r");
    const control = Buffer.alloc(16);
    readSync(file, control, 0, 16, CONTROL);
    const size = control.readUInt32LE(8) - LOG;
    if (size < 0 || size > LOG_END - LOG)
      return { end: "crash", index: -1, log: new Uint8Array(), detail: "" };
    const log = Buffer.alloc(size);
    readSync(file, log, 0, log.length, LOG);
    closeSync(file);
    return { end, index: control.readUInt32LE(0), log, detail: MODEL };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Only pages that hold something. */
function writeSparse(path: string, bytes: Uint8Array): void {
  const file = openSync(path, "w");
  const STEP = 1 << 16;
  for (let at = 0; at < bytes.length; at += STEP) {
    const part = bytes.subarray(at, at + STEP);
    if (part.some((byte) => byte !== 0)) writeSync(file, part, 0, part.length, at);
  }
  writeSync(file, new Uint8Array(1), 0, 1, RAM - 1);
  closeSync(file);
}

function qemu(ram: string, bios: string): Promise<Run["end"]> {
  const megabytes = RAM >> 20;
  const child = spawn(
    "qemu-system-x86_64",
    [
      ...["-accel", "tcg", "-cpu", MODEL, "-m", `${megabytes}`, "-bios", bios],
      ...[
        "-M",
        "microvm,x-option-roms=off,pit=off,pic=off,rtc=off,isa-serial=off,acpi=off,memory-backend=ram",
      ],
      ...["-object", `memory-backend-file,id=ram,size=${megabytes}M,mem-path=${ram},share=on`],
      ...["-device", "isa-debug-exit,iobase=0xf4,iosize=4"],
      ...["-nodefaults", "-display", "none", "-no-reboot", "-monitor", "none", "-serial", "none"],
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let complaint = "";
  child.stderr.on("data", (data) => {
    complaint += data;
  });
  return new Promise((resolve, reject) => {
    const file = openSync(ram, "r");
    const word = Buffer.alloc(4);
    let seen = -1;
    let stuck = false;
    const watch = setInterval(() => {
      readSync(file, word, 0, 4, CONTROL);
      if (word.readUInt32LE(0) === seen) {
        stuck = true;
        child.kill("SIGKILL");
      }
      seen = word.readUInt32LE(0);
    }, PATIENCE);
    const settle = () => {
      clearInterval(watch);
      closeSync(file);
    };
    child.on("error", (error) => {
      settle();
      reject(error);
    });
    child.on("exit", (code) => {
      settle();
      if (stuck) resolve("stuck");
      else if (code === 0x21) resolve("done");
      else if (code === 0) resolve("shutdown");
      else if (code !== null && (code & 1) === 1) resolve("stuck");
      else if (/fatal|assert/i.test(complaint)) resolve("crash");
      else reject(new Error(`qemu-system-x86_64 ended with ${code}: ${complaint.trim()}`));
    });
  });
}
