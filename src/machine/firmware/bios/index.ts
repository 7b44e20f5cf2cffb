/** The BIOS's source, whole. */
import { BOOT } from "./boot.ts";
import { DISK } from "./disk.ts";
import { KEYBOARD } from "./keyboard.ts";
import { LAYOUT } from "./layout.ts";
import { PCI } from "./pci.ts";
import { POST } from "./post.ts";
import { SERIAL } from "./serial.ts";
import { SYSTEM } from "./system.ts";
import { TIME } from "./time.ts";
import { VIDEO } from "./video.ts";

export const BIOS = [LAYOUT, POST, PCI, VIDEO, DISK, SYSTEM, KEYBOARD, TIME, SERIAL, BOOT].join("");
