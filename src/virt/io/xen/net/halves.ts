/** What the halves of a network interface know of each other, and what the back end is made of. */
import type { IoLedger, NetBackend } from "../../backend.ts";
import type { Kernel } from "../kernel.ts";
import type { RingPolicy } from "../ring-policy.ts";
import type { OffloadPort } from "./offload.ts";

/** What a half takes from the other: blank checksums, frames of several pages, large segments. */
export interface NetFeatures {
  readonly checksum: boolean;
  readonly sg: boolean;
  readonly gso: boolean;
}

export interface NetFrontEnd {
  readonly domain: number;
  readonly txReference: number;
  readonly rxReference: number;
  readonly port: number;
  readonly features: NetFeatures;
  /** What it has posted: granted pages, or entries that take a page for good. */
  readonly receive: "copy" | "flip";
}

/** Where a frame is on its way between the front end and the bridge. */
export type NetStep = "request" | "copy" | "map" | "transfer" | "bridge" | "response" | "event" | "dropped";

export interface NetBackParts {
  readonly kernel: Kernel;
  readonly network: NetBackend | OffloadPort;
  readonly ledger: IoLedger;
  /** How it reaches the pages that it sends: "copy" unless said. */
  readonly transmit?: "copy" | "map";
  /** Somebody else's way around the rings. */
  readonly ring?: RingPolicy;
  readonly onStep?: (way: "tx" | "rx", step: NetStep) => void;
}
