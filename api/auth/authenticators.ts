import type { Clock } from "../../engine/ports.ts";
import type { Config } from "../../infra/config/config.ts";
import { FaultLog } from "../fault-log.ts";
import type { ApiLogger } from "../ports.ts";
import type { ApiKeyStore } from "./api-key.ts";
import { ApiKeyDirectory } from "./api-key-directory.ts";
import { devTokens } from "./dev-tokens.ts";
import { bearerTokens, type TokenSettings } from "./jwt.ts";
import type { NonceStore } from "./nonces.ts";
import type { Authenticator } from "./principal.ts";
import type { SecretBox } from "./secret-box.ts";
import { signedRequests } from "./signed-requests.ts";

export interface AuthenticatorParts {
  readonly settings: Config["auth"];
  readonly clock: Clock;
  readonly keys: Pick<ApiKeyStore, "find">;
  readonly nonces: NonceStore;
  readonly box: SecretBox;
  readonly logger: ApiLogger;
}

/** The ways of naming a caller that are configured. Throws an Error with one line for the operator. */
export function authenticatorsOf({
  settings,
  clock,
  keys,
  nonces,
  box,
  logger,
}: AuthenticatorParts): Authenticator[] {
  const windowMs = settings.signatureWindowMs;
  const signed = signedRequests({ keys: new ApiKeyDirectory(keys), nonces, box, clock, windowMs });
  const tokens = tokenSettings(settings);
  return [
    signed,
    ...(settings.devTokens ? [devTokens()] : []),
    ...(tokens === null ? [] : [bearerTokens(tokens, clock, new FaultLog(logger, "token issuer"))]),
  ];
}

/** Null where no tokens are taken. */
function tokenSettings(settings: Config["auth"]): TokenSettings | null {
  const { jwksUrl, jwtSecret } = settings;
  if (jwksUrl !== "" && jwtSecret !== "") {
    throw new Error("auth.jwt_secret: give it or auth.jwks_url, not both");
  }
  if (jwksUrl === "" && jwtSecret === "") return null;
  return {
    key: jwksUrl === "" ? { secret: jwtSecret } : { jwksUrl },
    issuer: settings.jwtIssuer,
    audience: settings.jwtAudience,
    algorithms: settings.jwtAlgorithms,
    clockToleranceMs: settings.jwtClockToleranceMs,
  };
}
