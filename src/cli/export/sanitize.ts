/**
 * HTML from a notebook, which may come from anybody, as HTML that cannot do anything: it is parsed, and only elements,
 * attributes and styles named here are written anew. The page's Content-Security-Policy is the second wall.
 */
import { parseHTML } from "linkedom";
import { escapeXml } from "../../plots/index.ts";

const words = (list: string) => new Set(list.trim().split(/\s+/));

const ELEMENTS = words(`
  a abbr b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img
  ins kbd li mark meter ol p pre progress q s samp small span strong sub summary sup table tbody td tfoot th thead tr u ul var
  math semantics mrow mi mo mn ms mtext mspace msup msub msubsup mfrac msqrt mroot mover munder munderover mtable mtr mtd
  mstyle mpadded menclose mphantom mmultiscripts mprescripts`);
/** Unknown elements leave their content behind; of these nothing is left. */
const DROPPED =
  words(`script style template noscript iframe object embed svg textarea title select button annotation
  annotation-xml head link meta base audio video canvas`);
const VOID = words("br col hr img");
const ATTRIBUTES = words(`
  alt class colspan rowspan scope title open value max min start width height
  mathvariant stretchy fence separator lspace rspace depth voffset linethickness columnalign rowspacing columnspacing
  displaystyle scriptlevel accent accentunder minsize maxsize notation display`);
const STYLES =
  words(`text-align color background background-color font-weight font-style font-family font-size
  white-space padding padding-left margin margin-left border border-left border-collapse border-radius width max-width
  opacity vertical-align`);

interface Hooks {
  /** The source of an image as it may stand in the page; undefined leaves the image out. */
  image(source: string): string | undefined;
  /** The id of a heading. */
  heading?(level: number, text: string): string;
}

/** Of linkedom's nodes, what is read here. */
interface DomNode {
  nodeType: number;
  textContent: string | null;
  childNodes: Iterable<DomNode>;
}
interface DomElement extends DomNode {
  localName: string;
  attributes: Iterable<{ name: string; value: string }>;
  getAttribute(name: string): string | null;
}

export function sanitize(html: string, hooks: Hooks): string {
  const { document } = parseHTML(`<!doctype html><html><body>${html}</body></html>`) as unknown as {
    document: { documentElement: DomNode };
  };
  return children(document.documentElement, hooks);
}

function children(node: DomNode, hooks: Hooks): string {
  return [...node.childNodes].map((child) => write(child, hooks)).join("");
}

function write(node: DomNode, hooks: Hooks): string {
  if (node.nodeType === 3) return escapeXml(node.textContent ?? "");
  if (node.nodeType !== 1) return "";
  const element = node as DomElement;
  const name = element.localName.toLowerCase();
  if (DROPPED.has(name)) return "";
  if (!ELEMENTS.has(name)) return children(node, hooks);
  if (name === "img") return image(element, hooks);
  const level = /^h([1-6])$/.exec(name)?.[1];
  const id =
    level && hooks.heading
      ? ` id="${escapeXml(hooks.heading(Number(level), element.textContent ?? ""))}"`
      : "";
  const start = `<${name}${id}${attributes(element)}>`;
  return VOID.has(name) ? start : `${start}${children(node, hooks)}</${name}>`;
}

function image(element: DomElement, hooks: Hooks): string {
  const source = hooks.image(element.getAttribute("src") ?? "");
  const alt = element.getAttribute("alt") ?? "";
  if (source === undefined) return `<em>[image: ${escapeXml(alt || "not included")}]</em>`;
  return `<img src="${escapeXml(source)}"${attributes(element)}>`;
}

function attributes(element: DomElement): string {
  return [...element.attributes]
    .map(({ name, value }) => [name.toLowerCase(), value] as const)
    .map(([name, value]) => {
      if (name === "href") return isHarmless(value) ? ` href="${escapeXml(value)}" rel="noreferrer"` : "";
      if (name === "style") return style(value);
      // Of the details of one name a browser keeps one open: the steps of a diagram.
      if (name === "name") return element.localName === "details" ? ` name="${escapeXml(value)}"` : "";
      return ATTRIBUTES.has(name) ? ` ${name}="${escapeXml(value)}"` : "";
    })
    .join("");
}

/** A link to the web, to mail, within the page, or to a file beside it. */
function isHarmless(href: string): boolean {
  return /^(https?:|mailto:|#)/i.test(href) || /^[\w./-]+([?#]|$)/.test(href);
}

function style(value: string): string {
  const kept = value
    .split(";")
    .map((declaration) => declaration.trim())
    .filter((declaration) => {
      const [property = "", setting = ""] = declaration.split(/:(.*)/s);
      return STYLES.has(property.trim().toLowerCase()) && /^[\w\s#.,%'"-]+$/.test(setting);
    });
  return kept.length > 0 ? ` style="${escapeXml(kept.join(";"))}"` : "";
}
