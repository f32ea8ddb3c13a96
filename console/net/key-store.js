// @ts-check
/** The one signing key that this browser remembers: in IndexedDB, as a key that cannot be read out again. */

/** @typedef {import("./signer.js").SigningKey} SigningKey */

const STORE = "keys";
const PLACE = "current";

/** @returns {Promise<SigningKey | null>} */
export async function keptKey() {
  try {
    return (await inStore("readonly", (store) => store.get(PLACE))) ?? null;
  } catch {
    return null; // no storage in this browser (a private window, say): nothing was remembered
  }
}

/** @param {SigningKey} key */
export async function keepKey(key) {
  await inStore("readwrite", (store) => store.put(key, PLACE));
}

export async function forgetKey() {
  await inStore("readwrite", (store) => store.delete(PLACE)).catch(() => undefined);
}

/**
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest} act
 * @returns {Promise<any>}
 */
async function inStore(mode, act) {
  const database = await new Promise((resolve, reject) => {
    const opening = indexedDB.open("trade-engine", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  try {
    const request = act(database.transaction(STORE, mode).objectStore(STORE));
    return await new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  } finally {
    database.close();
  }
}
