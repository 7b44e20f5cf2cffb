/** The kinds of kernel on offer. Source: Jupyter Server documentation, "REST API", /api/kernelspecs. */
import type { KernelSpec } from "../../kernel/specs.ts";
import { HttpError } from "../http-error.ts";

export class Kernelspecs {
  readonly default: KernelSpec;
  readonly #specs: readonly KernelSpec[];

  /** The first one is the default. */
  constructor(specs: readonly [KernelSpec, ...KernelSpec[]]) {
    this.default = specs[0];
    this.#specs = specs;
  }

  /** The default without a name. Throws HttpError 501, as Jupyter does, for a name that is unknown. */
  get(name: string | undefined): KernelSpec {
    if (!name) return this.default;
    const spec = this.#specs.find((candidate) => candidate.name === name);
    if (spec) return spec;
    const known = this.#specs.map((one) => `"${one.name}"`).join(", ");
    throw new HttpError(
      501,
      `there is no kernel named "${name}" here; choose one of ${known} (menu Kernel, Change Kernel…)`,
    );
  }

  model(name: string) {
    const { argv, display_name, language, interrupt_mode, env, metadata } = this.get(name);
    const logo = `/kernelspecs/${encodeURIComponent(name)}/logo-svg.svg`;
    return {
      name,
      spec: { argv, display_name, language, interrupt_mode, env, metadata },
      // Not "logo-64x64": the page would show it at the top right, where our logo at the top left is enough.
      resources: { "logo-svg": logo },
    };
  }

  get models() {
    return {
      default: this.default.name,
      kernelspecs: Object.fromEntries(this.#specs.map(({ name }) => [name, this.model(name)])),
    };
  }
}
