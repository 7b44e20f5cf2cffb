import { withBundle } from "./bundle.ts";

/** Something to show that is no picture: source in one MIME type, and what stands for it where only text is shown. */
export interface Markup {
  kind: "markup";
  mime: "text/html" | "text/markdown" | "text/latex";
  source: string;
  text: string;
}

function markup(mime: Markup["mime"], source: string, text: string): Markup {
  return withBundle<Markup>({ kind: "markup", mime, source, text }, { [mime]: source, "text/plain": text });
}

/** HTML as it stands. Text from elsewhere in it must be escaped: see `escapeXml`. */
export function html(source: string, text: string): Markup {
  return markup("text/html", source, text);
}

export function markdown(source: string): Markup {
  return markup("text/markdown", source, source);
}

/** @param source TeX in dollars, as in `$E = mc^2$` */
export function latex(source: string): Markup {
  return markup("text/latex", source, source);
}
