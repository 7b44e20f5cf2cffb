/** Something to show that is no picture: source in one MIME type, and what stands for it where only text is shown. */
export interface Markup {
  kind: "markup";
  mime: "text/html" | "text/markdown" | "text/latex";
  source: string;
  text: string;
}

export function isMarkup(value: unknown): value is Markup {
  return typeof value === "object" && value !== null && (value as Markup).kind === "markup";
}

/** HTML as it stands. Text from elsewhere in it must be escaped: see `escapeXml`. */
export function html(source: string, text: string): Markup {
  return { kind: "markup", mime: "text/html", source, text };
}

export function markdown(source: string): Markup {
  return { kind: "markup", mime: "text/markdown", source, text: source };
}

/** @param source TeX in dollars, as in `$E = mc^2$` */
export function latex(source: string): Markup {
  return { kind: "markup", mime: "text/latex", source, text: source };
}
