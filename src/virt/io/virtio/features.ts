/** Feature bits that belong to no kind of device (6). */
export const INDIRECT_DESC = 1n << 28n;
export const EVENT_IDX = 1n << 29n;
export const VERSION_1 = 1n << 32n;
export const ACCESS_PLATFORM = 1n << 33n;
export const RING_PACKED = 1n << 34n;
export const SR_IOV = 1n << 37n;

/** The device status field (2.1). */
export const STATUS = {
  acknowledge: 1,
  driver: 2,
  driverOk: 4,
  featuresOk: 8,
  needsReset: 64,
  failed: 128,
} as const;
