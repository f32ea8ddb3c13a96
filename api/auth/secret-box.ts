import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

/**
 * Secrets at rest: AES-256-GCM under a configured key, whose id stands in front, so that a new key can
 * be put first while secrets under the old ones can still be read. What a secret belongs to is
 * authenticated with it: moved to another row it does not open.
 *
 * Format: version 1 (1 byte), length of the key's id (1 byte), the id, nonce (12 bytes), tag (16 bytes), ciphertext.
 */
export class SecretBox {
  readonly #keys: ReadonlyMap<string, Uint8Array>;
  readonly #current: string;

  /** @param entries `id:base64` of 32 bytes each; the first one encrypts. Throws an Error with one line for the operator. */
  constructor(entries: readonly string[]) {
    const keys = entries.map(parseEntry);
    this.#keys = new Map(keys);
    this.#current = keys[0]?.[0] ?? "";
    if (this.#keys.size !== keys.length) throw new Error("auth.key_encryption_keys: an id is given twice");
  }

  /** False without a key: nothing can be sealed then. */
  get canSeal(): boolean {
    return this.#current !== "";
  }

  seal(secret: Uint8Array, owner: string): Uint8Array {
    const key = this.#keys.get(this.#current);
    if (key === undefined) throw new Error("no key to encrypt with");
    const id = Buffer.from(this.#current, "utf8");
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, key, nonce);
    cipher.setAAD(Buffer.from(owner, "utf8"));
    const text = Buffer.concat([cipher.update(secret), cipher.final()]);
    return Buffer.concat([Buffer.from([VERSION, id.length]), id, nonce, cipher.getAuthTag(), text]);
  }

  /** Throws where it was sealed under a key that is not configured any more, for another owner, or was changed. */
  open(box: Uint8Array, owner: string): Uint8Array {
    const bytes = Buffer.from(box);
    const idEnd = 2 + (bytes[1] ?? 0);
    const tagStart = idEnd + NONCE_BYTES;
    const textStart = tagStart + TAG_BYTES;
    const key = this.#keys.get(bytes.toString("utf8", 2, idEnd));
    if (bytes[0] !== VERSION || key === undefined) throw new Error("sealed under an unknown key");
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(idEnd, tagStart), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(owner, "utf8"));
    decipher.setAuthTag(bytes.subarray(tagStart, textStart));
    return Buffer.concat([decipher.update(bytes.subarray(textStart)), decipher.final()]);
  }
}

const CIPHER = "aes-256-gcm";
const VERSION = 1;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

function parseEntry(entry: string): [string, Uint8Array] {
  const [, id = "", base64 = ""] = /^([\w-]{1,32}):([A-Za-z0-9+/]+={0,2})$/.exec(entry) ?? [];
  const key = Buffer.from(base64, "base64");
  if (key.length !== KEY_BYTES) {
    throw new Error(`auth.key_encryption_keys: each must be id:BASE64 of ${KEY_BYTES} bytes`);
  }
  return [id, key];
}
