/** The BIOS's source, whole. */
import { ATA } from "./ata.ts";
import { BOOT } from "./boot.ts";
import { DISK } from "./disk.ts";
import { FLOPPY } from "./floppy.ts";
import { KEYBOARD } from "./keyboard.ts";
import { LAYOUT } from "./layout.ts";
import { PCI } from "./pci.ts";
import { POST } from "./post.ts";
import { SCROLL } from "./scroll.ts";
import { SERIAL } from "./serial.ts";
import { SYSTEM } from "./system.ts";
import { TIME } from "./time.ts";
import { VIDEO } from "./video.ts";
import { VIDEO_MODE } from "./video-mode.ts";

export const BIOS = [
  ...[LAYOUT, POST, PCI, VIDEO, VIDEO_MODE, SCROLL, ATA, FLOPPY, DISK],
  ...[SYSTEM, KEYBOARD, TIME, SERIAL, BOOT],
].join("");
