import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey } from "jose";
import type { Clock } from "../../engine/ports.ts";
import type { FaultLog } from "../fault-log.ts";

/** The set is read again after this long: so long may a key that the issuer has taken back live on. */
const READ_AGAIN_AFTER_MS = 5 * 60_000;
/** A key that is not in the set makes it be read again, but no more often than this. */
const COOLDOWN_MS = 10_000;
const ANSWER_WITHIN_MS = 3_000;
/** An issuer that did not answer is not asked again before. */
const REST_AFTER_FAILURE_MS = 2_000;
/** An issuer that is away is no reason to lock everybody out: for so long the keys last read count. */
const COUNT_WITHOUT_ISSUER_MS = 60 * 60_000;

/**
 * The issuer's public keys (RFC 7517), as they rotate. Rejects with jose's error.
 * @param faults hears of an issuer that cannot be asked, also while the keys last read still count
 */
export function issuerKeys(jwksUrl: string, clock: Clock, faults?: Pick<FaultLog, "tell">): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(new URL(jwksUrl), {
    cacheMaxAge: READ_AGAIN_AFTER_MS,
    cooldownDuration: COOLDOWN_MS,
    timeoutDuration: ANSWER_WITHIN_MS,
  });
  let failedAtMs = Number.NEGATIVE_INFINITY;
  let failure: unknown;
  let readAtMs = Number.NEGATIVE_INFINITY;
  return async (header, token) => {
    const nowMs = clock.nowMs();
    if (nowMs - failedAtMs >= REST_AFTER_FAILURE_MS || remote.fresh) {
      try {
        return await remote(header, token);
      } catch (cause) {
        if (isAboutTheKey(cause)) throw cause;
        faults?.tell(cause);
        failedAtMs = nowMs;
        failure = cause;
      } finally {
        if (remote.fresh) readAtMs = nowMs;
      }
    }
    const known = remote.jwks();
    if (known === undefined || nowMs - readAtMs > COUNT_WITHOUT_ISSUER_MS) throw failure;
    return createLocalJWKSet(known)(header, token);
  };
}

/** The issuer answered, and has no (one) such key. */
function isAboutTheKey(cause: unknown): boolean {
  return (
    cause instanceof errors.JWKSNoMatchingKey ||
    cause instanceof errors.JWKSMultipleMatchingKeys ||
    cause instanceof errors.JOSENotSupported
  );
}
