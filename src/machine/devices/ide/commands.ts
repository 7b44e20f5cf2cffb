/**
 * What a drive does with each command (ATA/ATAPI-6, clause 8). A command that is not here is aborted: IDENTIFY PACKET DEVICE,
 * too, which tells a host that this is no packet device.
 */
import type { IdeChannel } from "./channel.ts";
import { type Drive, MOST_MULTIPLE } from "./drive.ts";
import { COUNT, DEVICE, DEVICE_SELECT, ERROR, FEATURES } from "./registers.ts";

type Command = (channel: IdeChannel, drive: Drive) => void;

interface Sectors {
  write?: boolean;
  extended?: boolean;
  /** In blocks of the size that SET MULTIPLE MODE has set. */
  multiple?: boolean;
  dma?: boolean;
}

const LBA28 = 2 ** 28;

/** A command that moves sectors. */
function sectors({ write = false, extended = false, multiple = false, dma = false }: Sectors): Command {
  return (channel, drive) => {
    const { task } = channel;
    if (multiple && drive.multiple === 0) return channel.fail(ERROR.ABRT);
    const sector = task.address(extended, drive.heads, drive.sectorsPerTrack);
    const count = task.count(extended);
    if (sector < 0 || sector >= drive.disk.sectors) return channel.fail(ERROR.IDNF);
    const transfer = { sector, left: count, block: multiple ? drive.multiple : 1, extended, write };
    if (dma) channel.transferDma(transfer);
    else channel.transfer(transfer);
  };
}

/** READ VERIFY: the sectors must exist. */
function verify(extended: boolean): Command {
  return (channel, drive) => {
    const first = channel.task.address(extended, drive.heads, drive.sectorsPerTrack);
    if (first < 0 || first + channel.task.count(extended) > drive.disk.sectors) channel.fail(ERROR.IDNF);
    else channel.finish();
  };
}

/** READ NATIVE MAX ADDRESS: the last sector. */
function nativeMax(extended: boolean): Command {
  return (channel, drive) => {
    const { task } = channel;
    const last = extended ? drive.disk.sectors - 1 : Math.min(drive.disk.sectors, LBA28) - 1;
    task.current[DEVICE_SELECT] = (task.current[DEVICE_SELECT] as number) | DEVICE.LBA;
    task.leave(last, extended, drive.heads, drive.sectorsPerTrack);
    channel.finish();
  };
}

const finish: Command = (channel) => channel.finish();

/** EXECUTE DEVICE DIAGNOSTIC: both devices, whichever is selected. */
const diagnose: Command = (channel) => {
  channel.sign();
  channel.finish();
};

const identify: Command = (channel, drive) => channel.present(drive.identify());

const initializeParameters: Command = (channel, drive) => {
  const count = channel.task.current[COUNT] as number;
  if (count === 0) return channel.fail(ERROR.ABRT);
  drive.sectorsPerTrack = count;
  drive.heads = ((channel.task.current[DEVICE_SELECT] as number) & DEVICE.HEAD) + 1;
  channel.finish();
};

const setMultiple: Command = (channel, drive) => {
  const count = channel.task.current[COUNT] as number;
  if (count > MOST_MULTIPLE || (count & (count - 1)) !== 0) return channel.fail(ERROR.ABRT);
  drive.multiple = count;
  channel.finish();
};

/** CHECK POWER MODE: active. */
const powerMode: Command = (channel) => {
  channel.task.current[COUNT] = 0xff;
  channel.finish();
};

const setFeatures: Command = (channel, drive) => {
  const { current } = channel.task;
  switch (current[FEATURES]) {
    case 0x02:
    case 0x82:
      drive.writeCache = current[FEATURES] === 0x02;
      break;
    case 0xaa:
    case 0x55:
      drive.readAhead = current[FEATURES] === 0xaa;
      break;
    case 0x03:
      if (!setTransferMode(drive, current[COUNT] as number)) return channel.fail(ERROR.ABRT);
      break;
    case 0x66: // keep settings over a software reset
    case 0xcc:
      break;
    default:
      return channel.fail(ERROR.ABRT);
  }
  channel.finish();
};

/** Table 44: PIO modes below 20h, multiword DMA 0–2, Ultra DMA 0–5. */
function setTransferMode(drive: Drive, mode: number): boolean {
  const number = mode & 7;
  const kind = mode & 0xf8;
  if (mode > 0x0c && !(kind === 0x20 && number <= 2) && !(kind === 0x40 && number <= 5)) return false;
  if (kind >= 0x20) drive.transferMode = mode;
  return true;
}

const COMMANDS = new Map<number, Command>([
  [0x20, sectors({})],
  [0x21, sectors({})],
  [0x24, sectors({ extended: true })],
  [0x25, sectors({ extended: true, dma: true })],
  [0x27, nativeMax(true)],
  [0x29, sectors({ extended: true, multiple: true })],
  [0x30, sectors({ write: true })],
  [0x31, sectors({ write: true })],
  [0x34, sectors({ write: true, extended: true })],
  [0x35, sectors({ write: true, extended: true, dma: true })],
  [0x39, sectors({ write: true, extended: true, multiple: true })],
  [0x40, verify(false)],
  [0x41, verify(false)],
  [0x42, verify(true)],
  [0x70, finish], // SEEK
  [0x90, diagnose],
  [0x91, initializeParameters],
  [0xc4, sectors({ multiple: true })],
  [0xc5, sectors({ write: true, multiple: true })],
  [0xc6, setMultiple],
  [0xc8, sectors({ dma: true })],
  [0xc9, sectors({ dma: true })],
  [0xca, sectors({ write: true, dma: true })],
  [0xcb, sectors({ write: true, dma: true })],
  [0xe0, finish], // STANDBY IMMEDIATE
  [0xe1, finish], // IDLE IMMEDIATE
  [0xe2, finish], // STANDBY
  [0xe3, finish], // IDLE
  [0xe5, powerMode],
  [0xe6, finish], // SLEEP
  [0xe7, finish], // FLUSH CACHE
  [0xea, finish], // FLUSH CACHE EXT
  [0xec, identify],
  [0xef, setFeatures],
  [0xf8, nativeMax(false)],
]);

export function execute(channel: IdeChannel, command: number): void {
  const drive = channel.drive;
  if (!drive) return;
  // RECALIBRATE is 1xh whatever x is.
  const run = command >> 4 === 1 ? finish : COMMANDS.get(command);
  if (run) run(channel, drive);
  else channel.fail(ERROR.ABRT);
}
