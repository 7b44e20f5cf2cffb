/** What the tslab kernel says about itself; answered before anything heavy is loaded. */
import { PROTOCOL_VERSION } from "../wire.ts";
import { requireHere } from "./installation.ts";

export function kernelInfo(): Record<string, unknown> {
  const version = (name: string) => (requireHere(`${name}/package.json`) as { version: string }).version;
  return {
    status: "ok",
    protocol_version: PROTOCOL_VERSION,
    implementation: "ringlab-tslab",
    implementation_version: version("tslab"),
    language_info: {
      name: "typescript",
      version: version("typescript"),
      mimetype: "text/typescript",
      file_extension: ".ts",
      codemirror_mode: { name: "javascript", mode: "typescript", typescript: true },
      pygments_lexer: "typescript",
      nbconvert_exporter: "script",
    },
    banner: `TypeScript ${version("typescript")} (tslab ${version("tslab")} in Ringlab)`,
    help_links: [],
  };
}
