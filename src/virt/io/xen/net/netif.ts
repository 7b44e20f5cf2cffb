/**
 * Network requests and responses (io/netif.h): two rings, 256 slots each.
 *
 *     tx request    0 gref (4) │ 4 offset (2) │ 6 flags (2) │ 8 id (2) │ 10 size (2)      tx response   0 id (2) │ 2 status (2, signed)
 *     rx request    0 id (2) │ 2 – │ 4 gref (4)         rx response   0 id (2) │ 2 offset (2) │ 4 flags (2) │ 6 status: length, or < 0
 *     extra info    0 type │ 1 flags │ 2 gso.size (2) │ 4 gso.type │ 5 – │ 6 gso.features (2)       in a slot of its own, after the first
 *
 * A frame may take several slots, all but the last with more_data. The first tx request has the size of the whole frame.
 */
export const TX_BYTES = 12;
export const RX_BYTES = 8;
export const NETIF_RSP = { okay: 0, error: -1, dropped: -2, null: 1 } as const;
export const NETTXF = { checksumBlank: 1, dataValidated: 2, moreData: 4, extraInfo: 8 } as const;
export const NETRXF = { dataValidated: 1, checksumBlank: 2, moreData: 4, extraInfo: 8 } as const;
export const EXTRA = { gso: 1, more: 1, tcp4: 1 } as const;
/** XEN_NETIF_NR_SLOTS_MIN: slots of a frame that every back end takes, extra infos not counted. */
export const MOST_SLOTS = 18;
export const SHORTEST_FRAME = 14;
export const LONGEST_FRAME = 0xffff;

export interface TxRequest {
  readonly reference: number;
  readonly offset: number;
  readonly flags: number;
  readonly id: number;
  readonly size: number;
}

export interface RxResponse {
  readonly id: number;
  readonly offset: number;
  readonly flags: number;
  readonly status: number;
}

export interface ExtraInfo {
  readonly type: number;
  readonly flags: number;
  /** TCP payload of each frame that is cut from this one. */
  readonly size: number;
  readonly gsoType: number;
}

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export function encodeTx({ reference, offset, flags, id, size }: TxRequest): Uint8Array {
  const bytes = new Uint8Array(TX_BYTES);
  const fields = view(bytes);
  fields.setUint32(0, reference, true);
  for (const [n, field] of [offset, flags, id, size].entries()) fields.setUint16(4 + 2 * n, field, true);
  return bytes;
}

export function decodeTx(bytes: Uint8Array): TxRequest {
  const fields = view(bytes);
  return {
    ...{ reference: fields.getUint32(0, true), offset: fields.getUint16(4, true) },
    ...{ flags: fields.getUint16(6, true), id: fields.getUint16(8, true), size: fields.getUint16(10, true) },
  };
}

export function encodeTxResponse(id: number, status: number): Uint8Array {
  const bytes = new Uint8Array(4);
  view(bytes).setUint16(0, id, true);
  view(bytes).setInt16(2, status, true);
  return bytes;
}

export const decodeTxResponse = (bytes: Uint8Array) => ({
  id: view(bytes).getUint16(0, true),
  status: view(bytes).getInt16(2, true),
});

export function encodeRx(id: number, reference: number): Uint8Array {
  const bytes = new Uint8Array(RX_BYTES);
  view(bytes).setUint16(0, id, true);
  view(bytes).setUint32(4, reference, true);
  return bytes;
}

export const decodeRx = (bytes: Uint8Array) => ({
  id: view(bytes).getUint16(0, true),
  reference: view(bytes).getUint32(4, true),
});

export function encodeRxResponse({ id, offset, flags, status }: RxResponse): Uint8Array {
  const bytes = new Uint8Array(RX_BYTES);
  const fields = view(bytes);
  for (const [n, field] of [id, offset, flags].entries()) fields.setUint16(2 * n, field, true);
  fields.setInt16(6, status, true);
  return bytes;
}

export const decodeRxResponse = (bytes: Uint8Array): RxResponse => ({
  ...{ id: view(bytes).getUint16(0, true), offset: view(bytes).getUint16(2, true) },
  ...{ flags: view(bytes).getUint16(4, true), status: view(bytes).getInt16(6, true) },
});

/** `slot`: bytes of the ring's slots. */
export function encodeExtra({ type, flags, size, gsoType }: ExtraInfo, slot: number): Uint8Array {
  const bytes = new Uint8Array(slot);
  const fields = view(bytes);
  fields.setUint8(0, type);
  fields.setUint8(1, flags);
  fields.setUint16(2, size, true);
  fields.setUint8(4, gsoType);
  return bytes;
}

export const decodeExtra = (bytes: Uint8Array): ExtraInfo => ({
  ...{ type: bytes[0] as number, flags: bytes[1] as number },
  ...{ size: view(bytes).getUint16(2, true), gsoType: bytes[4] as number },
});
