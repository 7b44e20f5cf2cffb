export { decode } from "./decode.ts";
export * from "./instruction.ts";
export type { Mode, Row } from "./row.ts";
export { ROWS, TOO_LONG, UNDEFINED } from "./table/index.ts";
