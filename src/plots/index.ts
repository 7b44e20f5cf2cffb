/** Rows in, pictures out. Knows the shape of rows and nothing of what they were measured on. */

export type { Bundle } from "./bundle.ts";
export { escapeXml } from "./card.ts";
export { type BarChart, barChart } from "./charts/bar.ts";
export { type LineChart, lineChart } from "./charts/line.ts";
export type { Chart } from "./charts/parts.ts";
export { type StripChart, stripChart } from "./charts/strip.ts";
export { type TileChart, tileChart } from "./charts/tile.ts";
export { type Cell, type Column, type Columns, FigureError, type Row } from "./columns.ts";
export { diagram, type Frame, ink, type SvgPiece, steppedDiagram, svg } from "./diagram.ts";
export { type DirectExecutionRow, directExecution } from "./direct-execution.ts";
export { bundleOf, display, type Updatable, updatable } from "./display.ts";
export { type Figure, isFigure } from "./figure.ts";
export { FIGURES } from "./figures.ts";
export { type InstructionRow, instructionMap } from "./instruction-map.ts";
export { type LmbenchRow, lmbench } from "./lmbench.ts";
export { html, latex, type Markup, markdown } from "./markup.ts";
export { type NanobenchmarkRow, nanobenchmarks } from "./nanobenchmarks.ts";
export { type NestedReference, type NestedWalk, nestedWalk } from "./nested-walk.ts";
export { observable, type PlotFigure, type PlotLibrary } from "./observable.ts";
export { type PageWalk, type PageWalkStep, pageWalk } from "./page-walk.ts";
export { type Progress, progress } from "./progress.ts";
export { type SensitivityRow, sensitivityMap } from "./sensitivity-map.ts";
export { type ShadowRow, type ShadowStep, shadowTables } from "./shadow-tables.ts";
export { formatCell, type TableOptions, table } from "./table.ts";
export { PALETTE, QUIET } from "./theme.ts";
export { type TlbCell, type TlbStep, tlbContent } from "./tlb-content.ts";
export { vegaLite } from "./vega.ts";
