/**
 * The registers of an Intel 82540EM that drivers use, 32 bits each, in 128 KiB behind base address register 0 (PCI/PCI-X Family of
 * Gigabit Ethernet Controllers Software Developer's Manual 317453, chapter 13):
 *
 *     00000 control, status, EEPROM, PHY │ 000c0 interrupts │ 00100 receive control │ 00400 transmit control
 *     02800 receive ring │ 03800 transmit ring │ 04000 statistics │ 05200 multicast table │ 05400 own addresses │ 05600 VLAN table
 *
 *     a ring:    base ──▶ ┌────┬────┬────┬────┬────┬────┬────┬────┐ ◀── base + length
 *                         │ sw │ sw │ hw │ hw │ hw │ sw │ sw │ sw │     16 bytes a descriptor
 *                         └────┴────┴────┴────┴────┴────┴────┴────┘
 *                                    head ─▶        tail ─▶            [head, tail) belongs to the device (3.2.6, 3.4)
 */
export const CTRL = 0x0000;
export const STATUS = 0x0008;
export const EECD = 0x0010;
export const EERD = 0x0014;
export const MDIC = 0x0020;
export const VET = 0x0038;
export const ICR = 0x00c0;
export const ITR = 0x00c4;
export const ICS = 0x00c8;
export const IMS = 0x00d0;
export const IMC = 0x00d8;
export const RCTL = 0x0100;
export const TCTL = 0x0400;
export const PBA = 0x1000;
export const RDBAL = 0x2800;
export const RDTR = 0x2820;
export const RADV = 0x282c;
export const TDBAL = 0x3800;
export const TIDV = 0x3820;
export const TADV = 0x382c;
export const RXCSUM = 0x5000;
export const MTA = 0x5200;
export const RAL0 = 0x5400;
export const VFTA = 0x5600;
const MANC = 0x5820;

/** A ring's registers from its base register on. */
export const BASE_HIGH = 0x04;
export const LENGTH = 0x08;
export const HEAD = 0x10;
export const TAIL = 0x18;

/** CTRL (13.4.1). */
export const FULL_DUPLEX = 1;
export const SET_LINK_UP = 0x40;
export const SPEED_1000 = 0x200;
export const RESET = 1 << 26;
export const PHY_RESET = 1 << 31;
/** STATUS (13.4.2). */
export const LINK_UP = 2;

/** Interrupt causes (13.4.17). */
export const CAUSE = {
  /** A transmit descriptor was written back. */
  TXDW: 0x01,
  /** The transmit ring is empty. */
  TXQE: 0x02,
  /** The link went up or down. */
  LSC: 0x04,
  /** Few receive descriptors are left. */
  RXDMT0: 0x10,
  /** A frame was lost: no room. */
  RXO: 0x40,
  /** A frame was received. */
  RXT0: 0x80,
  /** An access to the PHY has ended. */
  MDAC: 0x200,
} as const;
export const CAUSES = 0x1f6df;

/** Of the whole register space: what is beyond reads as zero and cannot be written. */
export const SPACE = 0x6000;

/** First and last offset, bits that software may write. */
const PLAIN: readonly (readonly [first: number, last: number, writable: number])[] = [
  [CTRL, CTRL, ~(RESET | PHY_RESET)],
  [0x0018, 0x0018, -1], // CTRL_EXT
  [0x0028, 0x0030, -1], // FCAL, FCAH, FCT
  [VET, VET, 0xffff],
  [ITR, ITR, 0xffff],
  [RCTL, RCTL, 0x0fff_ffff],
  [0x0170, 0x0178, -1], // FCTTV, TXCW
  [TCTL, TCTL, 0x03ff_fffa],
  [0x0410, 0x0410, 0x3fff_ffff], // TIPG
  [0x0458, 0x0458, 0xffff], // AIT
  [0x0e00, 0x0e00, -1], // LEDCTL
  [PBA, PBA, 0xffff],
  [0x2160, 0x2168, 0xffff_fff8 | 0], // FCRTL, FCRTH
  [RDTR, RDTR, 0xffff],
  [0x2828, 0x2828, -1], // RXDCTL
  [RADV, RADV, 0xffff],
  [0x2c00, 0x2c00, 0xfff], // RSRPD
  [0x3000, 0x3000, -1], // TXDMAC
  [TIDV, TIDV, 0xffff],
  [0x3828, 0x3828, -1], // TXDCTL
  [TADV, TADV, 0xffff],
  [0x3830, 0x3830, -1], // TSPMT
  [RXCSUM, RXCSUM, 0x7ff],
  [MTA, MTA + 0x1fc, -1],
  [RAL0, RAL0 + 0x7c, -1],
  [VFTA, VFTA + 0x1fc, -1],
  [0x5800, 0x5838, -1], // wake-up and MANC
];

/** Of either ring: base on 16 bytes, length in units of 128, head and tail of 16 bits (13.4.25 … 13.4.29). */
const RING: readonly (readonly [offset: number, writable: number])[] = [
  [0, ~15],
  [BASE_HIGH, -1],
  [LENGTH, 0xf_ff80],
  [HEAD, 0xffff],
  [TAIL, 0xffff],
];

/** Bits that software may write, by offset / 4. */
export const WRITABLE = new Int32Array(SPACE / 4);
for (const [first, last, mask] of PLAIN) WRITABLE.fill(mask, first / 4, last / 4 + 1);
for (const base of [RDBAL, TDBAL]) for (const [offset, mask] of RING) WRITABLE[(base + offset) / 4] = mask;

/** What a reset leaves where it is not zero (13.4). */
export const INITIAL: readonly (readonly [offset: number, value: number])[] = [
  [CTRL, FULL_DUPLEX | SET_LINK_UP | SPEED_1000],
  [VET, 0x8100],
  [0x0e00, 0x0706_8302],
  [PBA, 0x0010_0030],
  [RXCSUM, 0x300],
  [MANC, 0x2000],
];
