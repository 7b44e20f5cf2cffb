/** An image: a config, and layers of which each is a change to the one below. OCI image-spec 1.1, manifest.md and config.md. */
import { DocumentError, decodeText, parseDocument } from "../document.ts";
import { type Descriptor, digestOf, MEDIA } from "./descriptor.ts";
import { deflate, inflate } from "./layer/inflate.ts";
import { LIMITS, type Limits } from "./layer/limits.ts";
import { toJson } from "./layout.ts";
import { configSchema, type ImageConfig, type Manifest, manifestSchema } from "./schema.ts";
import type { BlobStore } from "./store.ts";

export interface ImageLayer {
  readonly descriptor: Descriptor;
  /** The digest of its tar archive: what a layer is, however it was compressed. */
  readonly diffId: string;
}

/** config.md, "Layer ChainID": what a layer is together with all below it. */
export function chainIds(layers: readonly ImageLayer[]): string[] {
  const chain: string[] = [];
  for (const { diffId } of layers) {
    const below = chain.at(-1);
    chain.push(below === undefined ? diffId : digestOf(new TextEncoder().encode(`${below} ${diffId}`)));
  }
  return chain;
}

export interface Image {
  readonly manifest: Manifest;
  readonly config: ImageConfig;
  /** The lowest first. */
  readonly layers: readonly ImageLayer[];
}

/** @throws DocumentError */
export function readImage(blobs: BlobStore, descriptor: Descriptor): Image {
  const document = (of: Descriptor, mediaType: string, where: string): string => {
    if (of.mediaType !== mediaType)
      throw new DocumentError(
        where,
        `of type ${of.mediaType}, not ${mediaType}`,
        "Only images can be run; other artifacts cannot.",
      );
    return decodeText(blobs.get(of, where), where);
  };
  const name = descriptor.digest;
  const manifest = parseDocument(manifestSchema, document(descriptor, MEDIA.manifest, name), name);
  const where = manifest.config.digest;
  const config = parseDocument(configSchema, document(manifest.config, MEDIA.config, where), where);
  const { diff_ids: diffIds } = config.rootfs;
  if (diffIds.length !== manifest.layers.length)
    throw new DocumentError(
      where,
      `rootfs.diff_ids has ${diffIds.length} layers and the manifest ${manifest.layers.length}`,
      "Manifest and config are of different images: copy the image again.",
    );
  return {
    manifest,
    config,
    layers: manifest.layers.map((layer, i) => ({ descriptor: layer, diffId: diffIds[i]! })),
  };
}

/** The tar archive of a layer, which is the one that the config means. @throws DocumentError */
export function layerTar(
  blobs: BlobStore,
  { descriptor, diffId }: ImageLayer,
  limits: Limits = LIMITS,
): Uint8Array {
  const tar = inflate(blobs.get(descriptor, descriptor.digest), descriptor, limits);
  const digest = digestOf(tar);
  if (digest !== diffId)
    throw new DocumentError(
      descriptor.digest,
      `unpacked it has the digest ${digest}, the config says ${diffId}`,
      "Copy the image again.",
    );
  return tar;
}

/** Puts an image of these archives, the lowest first, among the blobs: the descriptor of its manifest. */
export function writeImage(
  blobs: BlobStore,
  tars: readonly Uint8Array[],
  config: Omit<ImageConfig, "rootfs">,
  compress = true,
): Descriptor {
  const layers = tars.map((tar) =>
    compress ? blobs.add(MEDIA.layerGzip, deflate(tar)) : blobs.add(MEDIA.layer, tar),
  );
  const rootfs = { type: "layers", diff_ids: tars.map(digestOf) };
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA.manifest,
    config: blobs.add(MEDIA.config, toJson({ ...config, rootfs })),
    layers,
  };
  return blobs.add(MEDIA.manifest, toJson(manifest));
}

/** The same image with one more layer on top. */
export function commit(blobs: BlobStore, image: Image, tar: Uint8Array, createdBy: string): Descriptor {
  const { rootfs, ...config } = image.config;
  const history = [...(config.history ?? []), { created_by: createdBy }];
  const layer = blobs.add(MEDIA.layerGzip, deflate(tar));
  return blobs.add(
    MEDIA.manifest,
    toJson({
      ...image.manifest,
      config: blobs.add(
        MEDIA.config,
        toJson({ ...config, history, rootfs: { ...rootfs, diff_ids: [...rootfs.diff_ids, digestOf(tar)] } }),
      ),
      layers: [...image.manifest.layers, layer],
    }),
  );
}
