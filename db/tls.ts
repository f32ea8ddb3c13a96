/** How a connection to PostgreSQL is encrypted; what the driver takes as `ssl`. */
export interface DatabaseTls {
  /** Certificate authority in PEM, where the system's own do not know the server's. */
  readonly ca?: string;
  /** False: encrypted, but whoever answers is believed. */
  readonly rejectUnauthorized: boolean;
}
