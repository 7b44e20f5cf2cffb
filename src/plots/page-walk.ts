/**
 * A page walk as the manual draws it (SDM Vol. 3, figures 4-2 and 4-8): the linear address in parts on top, under each part the table
 * that it indexes, and the way from CR3 through the entries to the page, or to the page fault. Entry by entry for who steps through it.
 */
import { diagram, ink, type SvgPiece, steppedDiagram, svg } from "./diagram.ts";
import type { Figure } from "./figure.ts";
import { flow, PILL } from "./pills.ts";
import { FILL, MONO } from "./theme.ts";

export interface PageWalkStep {
  /** "PDE". */
  readonly name: string;
  readonly kind: "table" | "leaf" | "hole" | "reserved";
  readonly index: number;
  /** Bits of the linear address that are the index. */
  readonly from: number;
  readonly to: number;
  /** Physical address of the entry; undefined when it is in a register. */
  readonly address: number | undefined;
  readonly low: number;
  readonly high: number;
  readonly fields: readonly { readonly name: string; readonly value: number }[];
}

/** What `machine.mmu.explain(address)` gives. */
export interface PageWalk {
  /** "none", "IA-32", "PAE" or "IA-32e". */
  readonly format: string;
  readonly linear: readonly [low: number, high: number];
  readonly root: number | undefined;
  readonly steps: readonly PageWalkStep[];
  readonly physical: number | undefined;
  readonly pageSize: number | undefined;
  readonly permitted: Readonly<Record<"user" | "supervisor", readonly string[]>>;
  /** P and RSVD of the page fault's error code. */
  readonly error: number | undefined;
}

/** Pixels. */
const COLUMN = 148;
const GAP = 34;
const ROOT = 96;
const STRIP = { top: 38, height: 26 };
const TABLE = { top: 120, height: 132 };
const ENTRY = { height: 24, first: 30, room: 50 };
const PILLS = TABLE.top + TABLE.height + 24;

const RSVD = 8;
const UNITS = ["bytes", "KiB", "MiB", "GiB"];
/** So many binary digits fit into a part of the address. */
const MOST_DIGITS = 21;

const hex = (value: number | bigint, digits = 8) => value.toString(16).padStart(digits, "0");
const wide = (low: number, high: number) => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
const left = (column: number) => ROOT + GAP + column * (COLUMN + GAP);

/** The walk of a linear address: `pageWalk(machine.mmu.explain(address))`. */
export function pageWalk(walk: PageWalk): Figure {
  const address = hex(wide(...walk.linear), walk.format === "IA-32e" ? 16 : 8);
  const title = `Page walk of ${address}`;
  const { steps } = walk;
  const chips = steps.map((step, column) => flags(step, column));
  const height = PILLS + Math.max(PILL.height, ...chips.map((chip) => chip.height)) + 12;
  const width = left(steps.length) + COLUMN;
  if (walk.format === "none") return unpaged(title, walk);
  const drawn = (reached: number) =>
    [
      svg`<text x="0" y="12" font-size="12" fill="${ink.muted}">linear address ${address}, ${walk.format} paging</text>`,
      ...strip(walk, reached),
      ...root(walk),
      ...steps.slice(0, reached).map((step, column) => table(walk, step, column)),
      ...chips.slice(0, reached).map(({ piece }) => piece),
      reached > steps.length &&
        svg`${end(walk)}<text x="0" y="${height - 4}" font-size="12" fill="${ink.muted}">${rights(walk)}</text>`,
    ].filter((piece) => piece !== false);
  const labels = [rootSentence(walk), ...steps.map((step) => stepSentence(walk, step)), endSentence(walk)];
  return steppedDiagram(
    { title, alt: sentence(address, walk), width, height },
    drawn(steps.length + 1),
    labels.map((label, reached) => ({ label, pieces: drawn(reached) })),
  );
}

/** The parts of the linear address, each over what it selects. */
function strip({ linear, steps, pageSize, format }: PageWalk, reached: number): SvgPiece[] {
  const address = wide(...linear);
  const rest = (steps.at(-1) as PageWalkStep).from - 1;
  const parts = steps.map((step, column) => ({
    ...{ column, from: step.from, to: step.to, what: `${step.name} ${step.index}` },
  }));
  const offset = pageSize === undefined ? "not used" : `offset ${hex((linear[0] >>> 0) % pageSize, 0)}h`;
  parts.push({ column: steps.length, from: 0, to: rest, what: offset });
  const sign =
    format === "IA-32e"
      ? [
          svg`<text x="0" y="${STRIP.top + 12}" font-size="11" fill="${ink.muted}">63 … 48</text>
        <text x="0" y="${STRIP.top + 24}" font-size="11" fill="${ink.muted}">as bit 47</text>`,
        ]
      : [];
  return [
    ...sign,
    ...parts.map(({ column, from, to, what }) => {
      const x = left(column);
      const middle = x + COLUMN / 2;
      const bits = to - from + 1;
      const value = (address >> BigInt(from)) & ((1n << BigInt(bits)) - 1n);
      const digits =
        bits > MOST_DIGITS ? `${hex(value, Math.ceil(bits / 4))}h` : value.toString(2).padStart(bits, "0");
      const arrow = TABLE.top - 4;
      return svg`
        <rect x="${x}" y="${STRIP.top}" width="${COLUMN}" height="${STRIP.height}" rx="4" fill="none" stroke="${ink.muted}"/>
        <text x="${middle}" y="${STRIP.top + 17}" font-size="11" text-anchor="middle" font-family="${MONO}">${digits}</text>
        <text x="${x}" y="${STRIP.top - 4}" font-size="10" fill="${ink.muted}">${to}</text>
        <text x="${x + COLUMN}" y="${STRIP.top - 4}" font-size="10" fill="${ink.muted}" text-anchor="end">${from}</text>
        ${
          column < reached &&
          svg`<text x="${middle}" y="${STRIP.top + STRIP.height + 18}" font-size="12" text-anchor="middle">${what}</text>
        ${path(`M${middle} ${STRIP.top + STRIP.height + 24}V${arrow}`)}${head(middle, arrow, "down")}`
        }`;
    }),
  ];
}

function root({ root: at }: PageWalk): SvgPiece[] {
  const y = TABLE.top + 14;
  const text = at === undefined ? "4 registers" : hex(at);
  return [
    svg`<rect x="0" y="${TABLE.top}" width="${ROOT}" height="44" rx="4" fill="none" stroke="${ink.muted}"/>
      <text x="${ROOT / 2}" y="${TABLE.top + 18}" text-anchor="middle" font-size="12">${at === undefined ? "PDPTEs" : "CR3"}</text>
      <text x="${ROOT / 2}" y="${TABLE.top + 35}" text-anchor="middle" font-size="11" font-family="${MONO}">${text}</text>`,
    path(`M${ROOT} ${y}H${left(0) - 4}`),
    head(left(0) - 4, y, "right"),
  ];
}

/** Where an entry lies in its drawn table: where it lies in the real one. */
function entryTop({ index, from, to }: PageWalkStep): number {
  const room = TABLE.height - ENTRY.first - ENTRY.room;
  return TABLE.top + ENTRY.first + (room * index) / (2 ** (to - from + 1) - 1);
}

function table(walk: PageWalk, step: PageWalkStep, column: number): SvgPiece {
  const x = left(column);
  const y = entryTop(step);
  const raw = hex(wide(step.low, step.high), walk.format === "IA-32" ? 8 : 16);
  const place = step.address === undefined ? "in a register" : `at ${hex(step.address)}`;
  const base = step.address === undefined ? "" : ` at ${hex(baseOf(walk, step))}`;
  const out = y + ENTRY.height / 2;
  const into = TABLE.top + 14;
  const next = left(column + 1) - 4;
  const middle = x + COLUMN + GAP / 2;
  return svg`
    <rect x="${x}" y="${TABLE.top}" width="${COLUMN}" height="${TABLE.height}" rx="4" fill="none" stroke="${ink.muted}"/>
    <text x="${x + 8}" y="${TABLE.top + 18}" font-size="11" fill="${ink.muted}">${step.name}s${base}</text>
    <rect x="${x}" y="${y}" width="${COLUMN}" height="${ENTRY.height}" fill="${colour(step)}"/>
    <text x="${x + COLUMN / 2}" y="${y + 16}" font-size="12" text-anchor="middle" fill="#FFFFFF" font-family="${MONO}">${raw}</text>
    <text x="${x + 8}" y="${y + ENTRY.height + 15}" font-size="11" fill="${ink.muted}">${place}</text>
    ${path(`M${x + COLUMN} ${out}H${middle}V${into}H${next}`)}${head(next, into, "right")}`;
}

function baseOf({ format }: PageWalk, { address, index }: PageWalkStep): number {
  return (address as number) - index * (format === "IA-32" ? 4 : 8);
}

function colour({ kind }: PageWalkStep): string {
  if (kind === "table") return FILL.blue;
  return kind === "leaf" ? FILL.green : FILL.vermillion;
}

/** The named bits of an entry under its table: those that are set filled, the others in outline. */
function flags(step: PageWalkStep, column: number): { piece: SvgPiece; height: number } {
  const bits =
    step.kind === "hole"
      ? [{ name: "P", value: 0 }]
      : step.fields.filter(({ name }) => !name.startsWith("frame"));
  const { pills, height } = flow(
    bits,
    { x: left(column) - PILL.margin, y: PILLS - PILL.margin, width: COLUMN + 2 * PILL.margin },
    ({ name }) => name.length,
  );
  const piece = svg`${pills.map(({ item: { name, value }, left: x, right, top }) => {
    const set = value === 1;
    const text = svg`<text x="${(x + right) / 2}" y="${top + 13}" font-size="11" text-anchor="middle" fill="${set ? "#FFFFFF" : ink.muted}">${name}</text>`;
    return svg`<rect x="${x}" y="${top}" width="${right - x}" height="${PILL.height}" rx="9" fill="${set ? FILL.quiet : "none"}" stroke="${set ? FILL.quiet : ink.line}"/>${text}`;
  })}`;
  return { piece, height };
}

function end(walk: PageWalk): SvgPiece {
  const { steps, physical, pageSize, error } = walk;
  const x = left(steps.length);
  const middle = x + COLUMN / 2;
  if (physical === undefined || pageSize === undefined) {
    const why = ((error as number) & RSVD) !== 0 ? "reserved bits are set" : "not present";
    return svg`
      <rect x="${x}" y="${TABLE.top}" width="${COLUMN}" height="66" rx="4" fill="none" stroke="${FILL.vermillion}" stroke-width="2"/>
      <text x="${middle}" y="${TABLE.top + 26}" text-anchor="middle" font-weight="bold">page fault</text>
      <text x="${middle}" y="${TABLE.top + 46}" text-anchor="middle" font-size="12">${why}</text>`;
  }
  const offset = (walk.linear[0] >>> 0) % pageSize;
  const y = TABLE.top + ENTRY.first + ((TABLE.height - ENTRY.first - ENTRY.room) * offset) / pageSize;
  return svg`
    <rect x="${x}" y="${TABLE.top}" width="${COLUMN}" height="${TABLE.height}" rx="4" fill="none" stroke="${FILL.green}" stroke-width="2"/>
    <text x="${x + 8}" y="${TABLE.top + 18}" font-size="11" fill="${ink.muted}">${size(pageSize)} at ${hex(physical - offset)}</text>
    <rect x="${x}" y="${y}" width="${COLUMN}" height="${ENTRY.height}" fill="${FILL.green}"/>
    <text x="${middle}" y="${y + 16}" font-size="12" text-anchor="middle" fill="#FFFFFF" font-family="${MONO}">${hex(physical)}</text>
    <text x="${x + 8}" y="${y + ENTRY.height + 15}" font-size="11" fill="${ink.muted}">physical address</text>`;
}

function unpaged(title: string, { physical }: PageWalk): Figure {
  const text = `Paging is off: the linear address is the physical address ${hex(physical as number)}.`;
  return diagram({ title, alt: text, width: 480, height: 20 }, svg`<text x="0" y="15">${text}</text>`);
}

function path(way: string): SvgPiece {
  return svg`<path d="${way}" fill="none" stroke="${ink.muted}" stroke-width="1.5"/>`;
}

function head(x: number, y: number, to: "down" | "right"): SvgPiece {
  const way =
    to === "down"
      ? `M${x - 4} ${y - 6}L${x} ${y}L${x + 4} ${y - 6}`
      : `M${x - 6} ${y - 4}L${x} ${y}L${x - 6} ${y + 4}`;
  return svg`<path d="${way}" fill="none" stroke="${ink.muted}" stroke-width="1.5"/>`;
}

function size(bytes: number): string {
  const unit = Math.floor(Math.log2(bytes) / 10);
  return `${bytes / 2 ** (10 * unit)} ${UNITS[unit]}`;
}

function rights({ permitted, physical }: PageWalk): string {
  if (physical === undefined) return "";
  const may = (who: "user" | "supervisor") => permitted[who].join(", ") || "nothing";
  return `supervisor may: ${may("supervisor")}  ·  user may: ${may("user")}`;
}

function rootSentence({ root: at, steps }: PageWalk): string {
  const first = steps[0]?.name ?? "entry";
  return at === undefined
    ? `Four registers hold the ${first}s`
    : `CR3 says where the table of ${first}s is: ${hex(at)}`;
}

function stepSentence(walk: PageWalk, step: PageWalkStep): string {
  const { name, kind, index, from, to, address, low, high } = step;
  const raw = hex(wide(low, high), walk.format === "IA-32" ? 8 : 16);
  const place = address === undefined ? "in a register" : `at ${hex(address)}`;
  const means = {
    table: "leads to the next table",
    leaf: "is the page's",
    hole: "is not present",
    reserved: "has reserved bits set",
  }[kind];
  return `Bits ${to} to ${from} are ${index}: ${name} ${index}, ${place}, holds ${raw} and ${means}`;
}

function endSentence({ physical }: PageWalk): string {
  return physical === undefined ? "The walk ends in a page fault" : `Physical address ${hex(physical)}`;
}

function sentence(address: string, walk: PageWalk): string {
  const way = walk.steps.map(({ name, index }) => `${name} ${index}`).join(", ");
  if (walk.physical === undefined) return `Linear address ${address} leads through ${way} to a page fault.`;
  return `Linear address ${address} leads through ${way} to physical address ${hex(walk.physical)}. ${rights(walk)}.`;
}
