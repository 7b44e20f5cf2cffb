/** Plain data as the text in which checks compare it and students read it. */

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
/** A list or an object longer than this is broken over lines. */
const WIDTH = 84;

/** JavaScript notation with keys in their own order made canonical: equal data reads the same, whoever built it. */
export function format(value: unknown, indent = ""): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "0";
  if (typeof value === "function") return `function ${value.name || "without a name"}`;
  if (typeof value !== "object" || value === null) return String(value);
  const inner = `${indent}  `;
  const [open, close, parts] = Array.isArray(value)
    ? ["[", "]", value.map((item) => format(item, inner))]
    : ["{", "}", members(value, inner)];
  if (parts.length === 0) return open + close;
  const gap = open === "{" ? " " : "";
  const line = `${open}${gap}${parts.join(", ")}${gap}${close}`;
  if (line.length + indent.length <= WIDTH && !line.includes("\n")) return line;
  return `${open}\n${parts.map((part) => inner + part).join(",\n")}\n${indent}${close}`;
}

function members(value: object, indent: string): string[] {
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return entries
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => [String(key), item] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${IDENTIFIER.test(key) ? key : JSON.stringify(key)}: ${format(item, indent)}`);
}

/** An event sequence as one line an event; anything else as its text, a bare string without quotes. */
export function lines(value: unknown): string[] {
  if (typeof value === "string") return value.split("\n");
  if (Array.isArray(value) && value.every((item) => typeof item === "string"))
    return value.length > 0 ? value : ["(nothing)"];
  return format(value).split("\n");
}
