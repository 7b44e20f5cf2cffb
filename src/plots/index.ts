/** Rows in, pictures out. Knows the shape of rows and nothing of what they were measured on. */
export { type Figure, isFigure } from "./figure.ts";
