/** What people say of a driver's faults; its own message may hold a query, an address or a password. */
const WORDS: Readonly<Record<string, string>> = {
  "28P01": "wrong user or password",
  "28000": "this user may not connect",
  "3D000": "there is no such database",
  "42501": "the user lacks a right that this needs",
  "53100": "its disk is full",
  "57P03": "it is starting up",
  "403": "wrong user or password",
  WRONGPASS: "wrong user or password",
  NOAUTH: "a password is needed",
  ECONNREFUSED: "nothing listens there",
  CONNECT_TIMEOUT: "no answer in time",
  ETIMEDOUT: "no answer in time",
  ENOTFOUND: "there is no such host",
};

/** One plain reason for a fault of a connection or a statement, by its code. */
export function faultWords(error: unknown): string {
  const code = codeOf(error);
  if (code === undefined) return error instanceof Error ? error.name : "unknown fault";
  return WORDS[code] === undefined ? `fault ${code}` : `${WORDS[code]} (${code})`;
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { code, cause, message } = error as { code?: unknown; cause?: unknown; message?: unknown };
  if (typeof code === "string" || typeof code === "number") return String(code);
  const deeper = codeOf(cause);
  if (deeper !== undefined) return deeper;
  // Redis' errors begin with their code.
  return typeof message === "string" ? /^([A-Z]{4,})\b/.exec(message)?.[1] : undefined;
}
