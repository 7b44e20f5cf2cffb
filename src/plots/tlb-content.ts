/**
 * What a TLB holds: a row for each set, a cell for each way, and which of them the last access hit, filled, or took from another
 * page. Access by access for who steps through it.
 */
import { diagram, ink, type SvgPiece, steppedDiagram, svg } from "./diagram.ts";
import type { Figure } from "./figure.ts";
import { FILL, MONO } from "./theme.ts";

export interface TlbCell {
  /** False: empty, or of a space that was flushed. */
  readonly valid: boolean;
  /** Page number; undefined in a way that was never filled. */
  readonly page: number | undefined;
  /** Physical address of the page. */
  readonly frame: number;
  /** "rwux", with a hyphen for what is not granted. */
  readonly rights: string;
  /** The address space's tag (PCID, ASID) or "global". */
  readonly space: string;
}

/** A TLB after an access. */
export interface TlbStep {
  /** What was asked for: "read page 7". */
  readonly access: string;
  readonly outcome: "hit" | "fill" | "evict" | "flush";
  /** The way that it is about; undefined when it is about all of them. */
  readonly at: { readonly set: number; readonly way: number } | undefined;
  /** Page number that had to go. */
  readonly evicted: number | undefined;
  /** By set, then by way. */
  readonly sets: readonly (readonly TlbCell[])[];
}

/** Pixels. */
const LABEL = 52;
const CELL = { width: 118, height: 46, gap: 8 };
const TOP = 48;
const FOOT = 22;
/** Room for the sentence on top. */
const LEAST_WIDTH = 500;

const COLOUR = { hit: FILL.green, fill: FILL.blue, evict: FILL.vermillion, flush: FILL.quiet } as const;
const hex = (value: number, digits = 1) => value.toString(16).padStart(digits, "0");

/**
 * A TLB as it is now: `tlbNow("Data TLB", machine.mmu.explainTlb("data"))`.
 * @param sets by set, then by way
 */
export function tlbNow(name: string, sets: TlbStep["sets"]): Figure {
  const cells = sets.flat();
  const alt = `${cells.filter(({ valid }) => valid).length} of ${cells.length} entries are valid.`;
  const step = { access: alt, outcome: "flush", at: undefined, evicted: undefined, sets } as const;
  return diagram({ title: name, alt, ...sizeOf(sets) }, ...drawn(step, `${name}: ${alt}`));
}

/**
 * @param name of the TLB, with its geometry: "Data TLB, 4 sets of 2 ways"
 * @param steps accesses in their order, each with what the TLB held after it
 * @throws {FigureError} when there is no step
 */
export function tlbContent(name: string, steps: readonly TlbStep[]): Figure {
  const last = steps.at(-1);
  const size = sizeOf(last?.sets ?? []);
  const count = (outcome: TlbStep["outcome"]) => steps.filter((step) => step.outcome === outcome).length;
  const misses = count("fill") + count("evict");
  const alt = `${count("hit") + misses} accesses. Hits: ${count("hit")}, misses: ${misses}, evictions: ${count("evict")}.`;
  const whole = last === undefined ? [] : drawn(last, `After ${alt}`);
  return steppedDiagram(
    { title: name, alt, ...size },
    whole,
    steps.map((step) => ({ label: sentence(step), pieces: drawn(step, sentence(step)) })),
  );
}

function sizeOf(sets: TlbStep["sets"]) {
  const ways = Math.max(1, ...sets.map((set) => set.length));
  return {
    width: Math.max(LEAST_WIDTH, LABEL + ways * (CELL.width + CELL.gap)),
    height: TOP + sets.length * (CELL.height + CELL.gap) + FOOT,
  };
}

function drawn(step: TlbStep, text: string): SvgPiece[] {
  const ways = step.sets[0]?.length ?? 0;
  const heads = Array.from(
    { length: ways },
    (_, way) =>
      svg`<text x="${left(way) + CELL.width / 2}" y="${TOP - 8}" font-size="11" text-anchor="middle" fill="${ink.muted}">way ${way}</text>`,
  );
  return [
    svg`<text x="0" y="14" font-size="13">${text}</text>`,
    ...heads,
    ...step.sets.map((set, number) => {
      const y = TOP + number * (CELL.height + CELL.gap);
      return svg`<text x="0" y="${y + CELL.height / 2 + 4}" font-size="11" fill="${ink.muted}">set ${number}</text>${set.map(
        (cell, way) => drawCell(cell, left(way), y, isAt(step, number, way) ? step.outcome : undefined),
      )}`;
    }),
    svg`<text x="0" y="${TOP + step.sets.length * (CELL.height + CELL.gap) + 14}" font-size="11" fill="${ink.muted}">A cell: page → frame. Dashed: not valid.</text>`,
  ];
}

const left = (way: number) => LABEL + way * (CELL.width + CELL.gap);
const isAt = ({ at }: TlbStep, set: number, way: number) => at?.set === set && at.way === way;

function drawCell(cell: TlbCell, x: number, y: number, touched: TlbStep["outcome"] | undefined): SvgPiece {
  const fill = touched === undefined ? "none" : COLOUR[touched];
  const text = touched === undefined ? (cell.valid ? ink.text : ink.muted) : "#FFFFFF";
  const middle = x + CELL.width / 2;
  const dash = cell.valid ? "none" : "4 3";
  const inside =
    cell.page !== undefined &&
    svg`<text x="${middle}" y="${y + 19}" font-size="12" text-anchor="middle" fill="${text}" font-family="${MONO}">${hex(cell.page)} → ${hex(cell.frame)}</text>
      <text x="${middle}" y="${y + 36}" font-size="11" text-anchor="middle" fill="${text}">${cell.rights}  ·  ${cell.space}</text>`;
  return svg`<rect x="${x}" y="${y}" width="${CELL.width}" height="${CELL.height}" rx="4" fill="${fill}" stroke="${ink.muted}" stroke-dasharray="${dash}"/>${inside}`;
}

function sentence({ access, outcome, at, evicted }: TlbStep): string {
  if (at === undefined) return access;
  const place = `set ${at.set}, way ${at.way}`;
  if (outcome === "hit") return `${access}: hit in ${place}`;
  if (outcome === "flush") return `${access}: ${place} is not valid any more`;
  const gone = evicted === undefined ? "" : `, and page ${hex(evicted)} has to go`;
  return `${access}: miss, put into ${place}${gone}`;
}
