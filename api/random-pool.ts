import { getRandomValues } from "node:crypto";

/** Asking the system costs the same for one id as for hundreds of them. */
const POOL_BYTES = 4_096;

/** Random bytes, asked for in bulk and handed out once each. At most 4,096 at a time. */
export function randomPool(): (bytes: number) => Uint8Array {
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  return (bytes) => {
    if (bytes > POOL_BYTES) throw new RangeError("more random bytes than the pool holds");
    if (used + bytes > POOL_BYTES) {
      getRandomValues(pool);
      used = 0;
    }
    used += bytes;
    return pool.slice(used - bytes, used);
  };
}
