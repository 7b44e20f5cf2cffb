/**
 * A guest's page table beside its shadow: a line for each page, what the guest's entry says on the left, what the processor is given on the
 * right, and how the one comes from the other. Event by event for who steps through it.
 */
import { ink, type SvgPiece, steppedDiagram, svg } from "./diagram.ts";
import type { Figure } from "./figure.ts";
import { FILL, MONO } from "./theme.ts";

export interface ShadowEntry {
  /** Number of the frame: the guest's, or the host's. */
  readonly frame: number;
  /** "rwuxd", with a hyphen for what is not granted; d: dirty. */
  readonly rights: string;
}

export interface ShadowRow {
  /** Linear page number. */
  readonly page: number;
  /** Undefined: not present. */
  readonly guest: ShadowEntry | undefined;
  readonly shadow: ShadowEntry | undefined;
  /**
   * none: neither has it. hidden: only the guest has it, the next access is a fault of the pager's own. derived: both agree. clean: not writable yet,
   * so that the first write can be seen. traced: not writable, since the frame is one of the guest's tables. stale: the guest has changed it,
   * and has not said so yet.
   */
  readonly state: "none" | "hidden" | "derived" | "clean" | "traced" | "stale";
}

/** The tables after an event. */
export interface ShadowStep {
  /** "the guest writes to page 5: hidden fault". */
  readonly event: string;
  readonly rows: readonly ShadowRow[];
}

/** Pixels. */
const PAGE = 64;
const SIDE = { width: 190, height: 30 };
const BETWEEN = 190;
const ROW = 38;
const TOP = 54;

const STATES = {
  none: { colour: undefined, text: "not present" },
  hidden: { colour: undefined, text: "hidden fault to come" },
  derived: { colour: FILL.green, text: "derived" },
  clean: { colour: FILL.blue, text: "until it is dirty" },
  traced: { colour: FILL.purple, text: "traced: a page table" },
  stale: { colour: FILL.vermillion, text: "stale until INVLPG" },
} as const;

const hex = (value: number) => value.toString(16);

/**
 * @param steps events in their order, each with what the tables were after it
 * @throws {FigureError} when there is no step
 */
export function shadowTables(title: string, steps: readonly ShadowStep[]): Figure {
  const last = steps.at(-1);
  const rows = last?.rows ?? [];
  const size = { width: PAGE + 2 * SIDE.width + BETWEEN, height: TOP + rows.length * ROW };
  const counted = Object.entries(STATES)
    .map(([state, { text }]) => [rows.filter((row) => row.state === state).length, text] as const)
    .filter(([count]) => count > 0)
    .map(([count, text]) => `${count} ${text}`);
  const alt = `Of ${rows.length} pages: ${counted.join(", ")}.`;
  return steppedDiagram(
    { title, alt, ...size },
    drawn(last, `After ${steps.length} events`),
    steps.map((step, at) => ({ label: step.event, pieces: drawn(step, step.event, steps[at - 1]) })),
  );
}

function drawn(step: ShadowStep | undefined, text: string, before?: ShadowStep): SvgPiece[] {
  const head = (x: number, name: string) =>
    svg`<text x="${x}" y="${TOP - 12}" font-size="12" fill="${ink.muted}">${name}</text>`;
  const right = PAGE + SIDE.width + BETWEEN;
  return [
    svg`<text x="0" y="14" font-size="13">${text}</text>`,
    head(0, "page"),
    head(PAGE, "guest's entry"),
    head(right, "shadow's entry"),
    ...(step?.rows ?? []).map((row, at) => {
      const y = TOP + at * ROW;
      const { colour, text: how } = STATES[row.state];
      const was = before?.rows.find(({ page }) => page === row.page);
      const changed = was !== undefined && JSON.stringify(was) !== JSON.stringify(row);
      const middle = y + SIDE.height / 2;
      const [from, to] = [PAGE + SIDE.width, right];
      const way =
        colour !== undefined &&
        svg`<path d="M${from} ${middle}H${to - 2}M${to - 8} ${middle - 4}L${to - 2} ${middle}L${to - 8} ${middle + 4}" fill="none" stroke="${colour}" stroke-width="1.5"/>`;
      return svg`${changed && svg`<rect x="-6" y="${y - 3}" width="${right + SIDE.width + 12}" height="${SIDE.height + 6}" rx="6" fill="none" stroke="${FILL.vermillion}" stroke-width="2"/>`}
        <text x="0" y="${middle + 4}" font-size="12" font-family="${MONO}">${hex(row.page)}</text>${entry(row.guest, PAGE, y, FILL.quiet)}${way}
        <text x="${(from + to) / 2}" y="${middle - 5}" font-size="11" text-anchor="middle" fill="${ink.muted}">${how}</text>${entry(row.shadow, right, y, colour ?? FILL.quiet)}`;
    }),
  ];
}

function entry(one: ShadowEntry | undefined, x: number, y: number, fill: string): SvgPiece {
  if (one === undefined)
    return svg`<rect x="${x}" y="${y}" width="${SIDE.width}" height="${SIDE.height}" rx="4" fill="none" stroke="${ink.line}" stroke-dasharray="4 3"/>`;
  return svg`<rect x="${x}" y="${y}" width="${SIDE.width}" height="${SIDE.height}" rx="4" fill="${fill}"/>
    <text x="${x + SIDE.width / 2}" y="${y + 19}" font-size="12" text-anchor="middle" fill="#FFFFFF" font-family="${MONO}">frame ${hex(one.frame)}  ${one.rights}</text>`;
}
