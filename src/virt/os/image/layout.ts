/**
 * An image layout, as a folder holds it: OCI image-spec 1.1, image-layout.md.
 *
 *     oci-layout            {"imageLayoutVersion": "1.0.0"}
 *     index.json            which manifests there are, by name or platform
 *     blobs/sha256/…        manifests, configs and layers, each under its digest
 */
import { DocumentError, decodeText, parseDocument } from "../document.ts";
import { type Descriptor, digestOf, MEDIA, type Platform } from "./descriptor.ts";
import { type Index, indexSchema, layoutSchema } from "./schema.ts";
import { BlobStore } from "./store.ts";

/** Files by their paths below the layout's folder. */
export type Files = ReadonlyMap<string, Uint8Array>;

const NAME = "org.opencontainers.image.ref.name";
/** An index may name indexes; so deep and no deeper, since a hostile one may go on. */
const DEEPEST = 4;
const encoder = new TextEncoder();
export const toJson = (value: unknown): Uint8Array => encoder.encode(JSON.stringify(value));

const file = (files: Files, path: string): string => {
  const bytes = files.get(path);
  if (bytes) return decodeText(bytes, path);
  throw new DocumentError(
    path,
    "no such file",
    "An image layout has oci-layout, index.json and blobs/sha256.",
  );
};

export class Layout {
  readonly index: Index;
  readonly blobs: BlobStore;

  constructor(index: Index, blobs: BlobStore) {
    this.index = index;
    this.blobs = blobs;
  }

  /** Every blob is hashed, so that nothing is found under a name that is not its own. @throws DocumentError */
  static read(files: Files, blobs = new BlobStore()): Layout {
    parseDocument(layoutSchema, file(files, "oci-layout"), "oci-layout");
    const index = parseDocument(indexSchema, file(files, "index.json"), "index.json");
    for (const [path, bytes] of files) {
      const name = /^blobs\/([^/]+)\/([^/]+)$/.exec(path);
      if (!name) continue;
      const digest = digestOf(bytes);
      if (name[1] === "sha256" && digest !== `sha256:${name[2]}`)
        throw new DocumentError(
          path,
          `its content has the digest ${digest}`,
          "The blob is damaged: copy it again.",
        );
      blobs.put(bytes);
    }
    return new Layout(index, blobs);
  }

  write(): Map<string, Uint8Array> {
    const files = new Map([
      ["oci-layout", toJson({ imageLayoutVersion: "1.0.0" })],
      ["index.json", toJson(this.index)],
    ]);
    for (const [digest, bytes] of this.blobs.all()) files.set(`blobs/${digest.replace(":", "/")}`, bytes);
    return files;
  }

  /** The manifest of a name, or of a platform; the only one, if there is but one and nothing is asked. @throws DocumentError */
  find(wanted: { readonly name?: string; readonly platform?: Platform } = {}): Descriptor {
    const found = [...this.manifests(this.index, "index.json", 0)].filter(
      ({ descriptor: { platform }, name }) =>
        (wanted.name === undefined || name === wanted.name) && matches(wanted.platform, platform),
    );
    const [first] = found;
    const names = [...this.manifests(this.index, "index.json", 0)].map(
      ({ name }) => name ?? "without a name",
    );
    if (!first)
      throw new DocumentError(
        "index.json",
        "no manifest is what was asked for",
        `There are: ${names.join(", ") || "none"}.`,
      );
    if (new Set(found.map(({ descriptor }) => descriptor.digest)).size > 1)
      throw new DocumentError(
        "index.json",
        `${found.length} manifests are what was asked for`,
        `Name one, or a platform: ${names.join(", ")}.`,
      );
    return first.descriptor;
  }

  private *manifests(
    index: Index,
    where: string,
    depth: number,
    inherited?: string,
  ): Generator<{ descriptor: Descriptor; name: string | undefined }> {
    for (const descriptor of index.manifests) {
      const name = descriptor.annotations?.[NAME] ?? inherited;
      if (descriptor.mediaType === MEDIA.manifest) yield { descriptor, name };
      // image-index.md: media types that a reader doesn't know are passed over.
      if (descriptor.mediaType !== MEDIA.index) continue;
      if (depth === DEEPEST)
        throw new DocumentError(
          where,
          `indexes lie more than ${DEEPEST} deep`,
          "Name the manifest in index.json itself.",
        );
      const bytes = this.blobs.get(descriptor, where);
      const nested = parseDocument(indexSchema, decodeText(bytes, descriptor.digest), descriptor.digest);
      yield* this.manifests(nested, descriptor.digest, depth + 1, name);
    }
  }
}

const matches = (wanted: Platform | undefined, platform: Platform | undefined): boolean =>
  !wanted ||
  (platform?.os === wanted.os &&
    platform.architecture === wanted.architecture &&
    (wanted.variant === undefined || platform.variant === wanted.variant));

/** A layout of one image of a name. */
export const layoutOf = (blobs: BlobStore, manifest: Descriptor, name: string): Layout =>
  new Layout(
    {
      schemaVersion: 2,
      mediaType: MEDIA.index,
      manifests: [{ ...manifest, annotations: { ...manifest.annotations, [NAME]: name } }],
    },
    blobs,
  );
