/** Commits of every shape, undone again: what the first real one would wait for is done. */
export const REHEARSE_COMMIT = "select rehearse_commit()";

/** All of a batch, or nothing: `committed` is false when the group's row is not as expected. */
export const COMMIT_BATCH = `
  select commit_batch($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) as committed`;
