/**
 * Colours and type of all pictures.
 *
 * A picture cannot know its page: Jupyter shows SVG as an <img>, which inherits nothing, and draws Vega-Lite itself on
 * white or, in its dark theme, on #333. So marks have mid-tones with a contrast of at least 3:1 against all of these
 * grounds (WCAG 2.2, 1.4.11), text is left to the renderer's theme, and an SVG brings its own ground (card.ts).
 */

/**
 * Okabe and Ito's hues ("Color universal design", 2008); blue and purple moved in lightness for the dark ground.
 * Four are told apart under protanopia, deuteranopia and tritanopia (test/plots/theme.test.ts); series have a shape too.
 */
export const PALETTE = {
  blue: "#2684C4",
  vermillion: "#D55E00",
  green: "#009E73",
  purple: "#C470A0",
} as const;
export const SERIES: readonly string[] = Object.values(PALETTE);
/** What is there but is not the point. */
export const QUIET = "#7F8489";

/** Darker, for grounds of white text: 4.5:1 against it (WCAG 2.2, 1.4.3). */
export const FILL = {
  blue: "#1F6FA8",
  vermillion: "#B84B00",
  green: "#00745A",
  purple: "#9A4A7A",
  quiet: "#5F666D",
} as const;
export const MONO = "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace";

export interface Ground {
  card: string;
  ink: string;
  muted: string;
  line: string;
}
/** Neutral colours of a picture that brings its own ground. */
export const LIGHT: Ground = { card: "#FDFDFD", ink: "#1F2328", muted: "#59636E", line: "#D1D9E0" };
export const DARK: Ground = { card: "#1C2026", ink: "#E6E9EC", muted: "#A3ADB8", line: "#3A414A" };

export const FONT =
  "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'DejaVu Sans', sans-serif";

/** Part of every specification. No neutral colour here: those belong to whoever draws it. */
export const SPEC_CONFIG = {
  font: FONT,
  title: { anchor: "start", fontSize: 15, subtitleFontSize: 12, offset: 14, subtitlePadding: 5 },
  axis: {
    labelFontSize: 11,
    titleFontSize: 12,
    titleFontWeight: "normal",
    gridOpacity: 0.5,
    labelLimit: 0,
    titlePadding: 8,
  },
  legend: {
    orient: "top",
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: "normal",
    symbolSize: 90,
    symbolOpacity: 1,
    titleLimit: 0,
    labelLimit: 0,
    offset: 8,
    columnPadding: 18,
  },
  header: { labelFontSize: 12, titleFontSize: 12, labelFontWeight: "bold", labelPadding: 6 },
  range: { category: [...SERIES] },
  view: { continuousWidth: 480, continuousHeight: 280, discreteHeight: { step: 28 } },
};

/** What the SVG renderer adds, as a front end's own theme would. */
export const SVG_CONFIG = {
  background: "transparent",
  title: { color: LIGHT.ink, subtitleColor: LIGHT.muted },
  axis: {
    labelColor: LIGHT.ink,
    titleColor: LIGHT.ink,
    domainColor: LIGHT.muted,
    tickColor: LIGHT.muted,
    gridColor: LIGHT.line,
  },
  legend: { labelColor: LIGHT.ink, titleColor: LIGHT.ink },
  header: { labelColor: LIGHT.ink, titleColor: LIGHT.ink },
  view: { stroke: LIGHT.line },
  style: { "guide-label": { fill: LIGHT.ink }, "guide-title": { fill: LIGHT.ink } },
};
