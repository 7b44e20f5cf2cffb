/**
 * Settings of the page's plugins: the schema comes with the plugin, what the user changed is kept as the text they wrote
 * (JSON with comments). Source: JupyterLab Server documentation, "REST API", /lab/api/settings.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import JSON5 from "json5";
import type { PluginSchema } from "../frontend/build.ts";
import { HttpError } from "../http-error.ts";
import { withoutDeadEnds } from "./menus.ts";
import type { Store } from "./store.ts";

const MENUS = "jupyter.lab.menus";

/** Where our defaults differ from those of the plugins. */
const DEFAULTS: Record<string, Record<string, unknown>> = {
  // Nothing is fetched from outside.
  "@jupyterlab/apputils-extension:notification": { checkForUpdates: false, fetchNews: "false" },
  // A theme that follows the system: light and dark alike.
  "@jupyterlab/apputils-extension:themes": { "adaptive-theme": true },
};

/** The schema as this server offers it. */
function adapted(id: string, { schema, version }: PluginSchema): PluginSchema {
  const properties = { ...(schema.properties as Record<string, object>) };
  for (const [key, value] of Object.entries(DEFAULTS[id] ?? {}))
    properties[key] = { ...properties[key], default: value };
  const menus = schema[MENUS] as { main?: Parameters<typeof withoutDeadEnds>[0] } | undefined;
  const trimmed = menus?.main ? { [MENUS]: { ...menus, main: withoutDeadEnds(menus.main) } } : {};
  return { schema: { ...schema, properties, ...trimmed }, version };
}

export class Settings {
  readonly #schemas: ReadonlyMap<string, PluginSchema>;
  readonly #store: Store;

  /** `frontend` is the folder of the built page. */
  constructor(frontend: string, store: Store) {
    const schemas = JSON.parse(readFileSync(join(frontend, "schemas.json"), "utf8"));
    this.#schemas = new Map(
      Object.entries(schemas as Record<string, PluginSchema>).map(([id, one]) => [id, adapted(id, one)]),
    );
    this.#store = store;
  }

  #schema(id: string): PluginSchema {
    const schema = this.#schemas.get(id);
    if (!schema) throw new HttpError(404, `there is no plugin "${id}"`);
    return schema;
  }

  async get(id: string) {
    const { schema, version } = this.#schema(id);
    const stored = await this.#store.get(id);
    const { settings, warning } = parse(stored?.text ?? "{}", id);
    return {
      id,
      raw: stored?.text ?? "{}",
      settings,
      schema,
      version,
      warning,
      created: stored?.created ?? null,
      last_modified: stored?.last_modified ?? null,
    };
  }

  list() {
    return Promise.all([...this.#schemas.keys()].map((id) => this.get(id)));
  }

  ids(): string[] {
    return [...this.#schemas.keys()];
  }

  /** Throws HttpError 400 when the text cannot be read. */
  async put(id: string, raw: string): Promise<void> {
    this.#schema(id);
    const { warning } = parse(raw, id);
    if (warning) throw new HttpError(400, warning);
    await this.#store.put(id, raw);
  }
}

function parse(raw: string, id: string): { settings: unknown; warning: string | null } {
  try {
    return { settings: JSON5.parse(raw), warning: null };
  } catch (error) {
    return { settings: {}, warning: `the settings of ${id} cannot be read: ${(error as Error).message}` };
  }
}
