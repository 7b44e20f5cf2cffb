/** An SVG as a text that changes only when the picture does: numbers rounded, an element a line. */
export function rounded(svg: string): string {
  return `${svg
    .replace(/-?\d+\.\d+/g, (number) => String(Math.round(Number(number) * 10) / 10))
    .replace(/></g, ">\n<")}\n`;
}
