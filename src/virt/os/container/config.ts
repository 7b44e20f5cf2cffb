/** A bundle's config.json, read. */
import { CAPABILITIES, type Capability } from "../capabilities.ts";
import { parseDocument } from "../document.ts";
import { checkTogether } from "./check.ts";
import { type RuntimeConfig, runtimeConfigSchema } from "./schema.ts";

/** @throws DocumentError */
export function parseConfig(text: string, where = "config.json"): RuntimeConfig {
  const config = parseDocument(runtimeConfigSchema, text, where);
  checkTogether(config, where);
  return config;
}

/** Capabilities by the names of capabilities(7); those that nobody knows are left out and named, as config.md wants it. */
export function capabilitiesOf(names: readonly string[] = []): { known: Set<Capability>; unknown: string[] } {
  const known = new Set<Capability>();
  const unknown: string[] = [];
  for (const name of names) {
    const found = CAPABILITIES.find((capability) => name === `CAP_${capability}`);
    if (found) known.add(found);
    else unknown.push(name);
  }
  return { known, unknown };
}
