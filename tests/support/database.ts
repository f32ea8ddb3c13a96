/** Databases for tests. */
import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { inject } from "vitest";

/** A database of a test file's own, empty at first. */
export interface TestDatabase {
  readonly url: string;
  /** Removes it, whoever is still connected. */
  drop(): Promise<void>;
}

/** Makes an empty database that nobody else uses. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { url } = inject("services").postgres;
  const name = `test_${randomBytes(6).toString("hex")}`;
  await asAdministrator(url, `create database ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return {
    url: own.href,
    drop: () => asAdministrator(url, `drop database if exists ${name} with (force)`),
  };
}

async function asAdministrator(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end({ timeout: 5 });
  }
}
