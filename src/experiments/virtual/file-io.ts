/**
 * A request to a file's disk, 16 KiB as sysbench's: the same guest, driver and disk on each target. The processor makes or reads all of the data,
 * as a kernel that copies it between its cache and a program does.
 */
import { buildIoGuest, expectedIo, type IoOptions, ioDisk } from "../../guests/index.ts";
import { Disk } from "../../machine/devices/disk.ts";
import { CACHED_IMAGE } from "../../machine/devices/ide/drive.ts";
import { diskRig } from "../../systems/io/disk-paths.ts";
import { markedIo } from "../marked-io.ts";
import type { Place } from "./systems.ts";

const FILE_SECTORS = 32;
const COUNT = 32;
const MEMORY = 16 << 20;
/** Seconds that the medium takes for a request: behind virtio it is the one behind IDE. */
const MEDIUM = CACHED_IMAGE.access + FILE_SECTORS * CACHED_IMAGE.sector;

/** Cycles from one request to the next, one at a time. */
export function fileRequest(
  { system, profile }: Place,
  operation: "read" | "write",
  driver: "ide-dma" | "virtio-blk",
): number {
  const options: IoOptions = { driver, operation, size: FILE_SECTORS, count: COUNT, seed: 1 };
  const guest = buildIoGuest(options);
  const data = ioDisk();
  const rig =
    driver === "virtio-blk"
      ? diskRig("virtio", { guest, data, profile, latency: Math.ceil(MEDIUM * profile.hertz) })
      : system.make({ memory: MEMORY, profile, disks: [guest.image, undefined, new Disk(data)] });
  const bytes = 512 * FILE_SECTORS;
  return markedIo(rig, { expected: expectedIo(options), count: COUNT, bytes, hertz: profile.hertz }).time;
}
