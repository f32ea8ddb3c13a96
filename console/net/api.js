// @ts-check
/**
 * The public HTTP API. Every command carries an Idempotency-Key, so that one whose answer got lost is sent again
 * and does nothing twice.
 */
import { randomId } from "./signer.js";

/**
 * @typedef {import("../../api/problem.ts").Problem} ProblemBody
 * @typedef {(method: string, target: string, body: string) => Promise<Record<string, string>>} Credential
 *   headers that say who calls
 */

const BASE = "/api/v1";
const ATTEMPTS = 3;
const PAUSE_MS = 400;
const TIMEOUT_MS = 15_000;

/** The API refused; its reasons are in the problem document. */
export class Refusal extends Error {
  /** @override */
  name = "Refusal";
  /** @param {ProblemBody} problem */
  constructor(problem) {
    super(problem.detail ?? problem.title);
    this.problem = problem;
  }
}

/** No answer came. */
class Unreachable extends Error {
  /** @override */
  name = "Unreachable";
}

export class Api {
  /** @type {Credential | null} */
  #credential = null;

  /** @param {Credential | null} credential */
  authenticate(credential) {
    this.#credential = credential;
  }

  /**
   * @template T
   * @param {string} path
   * @returns {Promise<T>}
   */
  get(path) {
    return this.#ask("GET", path, undefined);
  }

  /**
   * A command: POST, PATCH or DELETE. Resolves to what the API answers with, 202 too.
   * @template T
   * @param {"POST" | "PATCH" | "DELETE"} method
   * @param {string} path
   * @param {object} [body]
   * @returns {Promise<T>}
   */
  async command(method, path, body) {
    const key = randomId();
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#ask(method, path, body, { "idempotency-key": key });
      } catch (error) {
        if (!(error instanceof Unreachable) || attempt === ATTEMPTS) throw error;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * attempt));
      }
    }
  }

  /**
   * @template T
   * @param {string} method
   * @param {string} path
   * @param {object | undefined} body
   * @param {Record<string, string>} headers
   * @returns {Promise<T>}
   */
  async #ask(method, path, body, headers = {}) {
    const target = BASE + path;
    const text = body === undefined ? "" : JSON.stringify(body);
    const credential = this.#credential === null ? {} : await this.#credential(method, target, text);
    /** @type {RequestInit} */
    const init = { method, headers: { ...headers, ...credential }, signal: AbortSignal.timeout(TIMEOUT_MS) };
    if (body !== undefined) {
      init.body = text;
      init.headers = { ...init.headers, "content-type": "application/json" };
    }
    const { status, json } = await exchange(target, init);
    if (status < 400 && json !== null) return json;
    throw new Refusal(problemOf(json, status));
  }
}

/**
 * @param {string} target
 * @param {RequestInit} init
 */
async function exchange(target, init) {
  try {
    const response = await fetch(target, init);
    const text = await response.text();
    return { status: response.status, json: text === "" ? null : JSON.parse(text) };
  } catch (cause) {
    throw new Unreachable("The server does not answer.", { cause });
  }
}

/**
 * A problem document, also where something between here and the API answered in its stead.
 * @param {any} json
 * @param {number} status
 * @returns {ProblemBody}
 */
function problemOf(json, status) {
  if (typeof json?.code === "string") return json;
  return {
    type: "about:blank",
    title: `The server answered ${status}.`,
    status: 500,
    code: "INTERNAL_ERROR",
  };
}
